"""Who writes at the door of Prometheus, for whom, and how the token comes."""

import base64

import pytest
from django.test import Client

from tests.monitoring.clients import client_of
from tests.monitoring.ingest.formats.encoding import named, series
from tests.monitoring.push_api.doors import now_ms, only, remote_write, stored
from tests.tokens import token

pytestmark = pytest.mark.django_db

NODE = named("node_load1", instance="a:9100", job="node")


@pytest.mark.parametrize(
    ("claims", "labels", "service"),
    [
        ({}, {"job": "node"}, "node"),
        ({}, {}, "prometheus"),
        ({"service": "auth-service"}, {"job": "node"}, "auth-service"),
        ({"service": "auth-service"}, {"service_name": "auth"}, "auth"),
    ],
)
def test_the_service_comes_from_labels_or_token(
    claims: dict[str, str], labels: dict[str, str], service: str
) -> None:
    answer = remote_write(
        client_of("monitoring", **claims), series(named("load", **labels), (1, now_ms()))
    )

    assert answer.status_code == 204
    assert only("load").service == service
    assert "service_name" not in only("load").labels


def test_a_token_of_one_service_writes_for_no_other() -> None:
    client = client_of("monitoring", service="auth-service")

    answer = remote_write(client, series(named("load", service_name="payment"), (1, now_ms())))

    assert answer.status_code == 400
    assert "this token may write for auth-service only" in answer.json()["error"]
    assert stored("load") == []


def test_the_token_may_be_the_password_of_basic_auth() -> None:
    credentials = base64.b64encode(f"prometheus:{token('monitoring')}".encode()).decode()

    answer = remote_write(
        Client(), series(NODE, (1, now_ms())), Authorization=f"Basic {credentials}"
    )

    assert answer.status_code == 204
    refused = remote_write(Client(), b"")
    assert refused.status_code == 401
    assert 'Basic realm="monitoring"' in refused["WWW-Authenticate"]


def test_a_trusted_address_without_a_token_may_not_write() -> None:
    assert remote_write(Client(REMOTE_ADDR="127.0.0.1"), b"").status_code == 401
