"""Heartbeats over HTTP: what a crontab can send, and what must not come through."""

import uuid

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from health.models import ServiceState, WatchedService
from tests.health.factories import WatchedServiceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> uuid.UUID:
    service = WatchedServiceFactory.create(
        name="backup", kind="heartbeat", url="", heartbeat_period_seconds=3_600
    )
    service.refresh_from_db()
    return service.heartbeat_key


def state() -> ServiceState:
    return ServiceState.objects.get()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    ("ending", "status", "error"),
    [
        ("", "healthy", ""),
        ("/0", "healthy", ""),
        ("/fail", "unhealthy", "the job reports that it failed"),
        ("/1", "unhealthy", "the job ended with exit code 1"),
        ("/255", "unhealthy", "the job ended with exit code 255"),
        ("/start", "degraded", "not called yet"),
    ],
)
def test_each_call_counts_by_every_method(
    client: Client, key: uuid.UUID, method: str, ending: str, status: str, error: str
) -> None:
    answer = client.generic(method, f"/heartbeat/{key}{ending}")

    assert answer.status_code == 200
    if method != "HEAD":
        assert answer.json() == {"status": "ok"}
    assert (state().status, state().error_message) == (status, error)
    told = state().running_since if ending == "/start" else state().last_heartbeat_at
    assert told is not None
    assert abs((timezone.now() - told).total_seconds()) < 30


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"no JSON {", "application/json"),
        (b"x" * 3_000_000, "text/plain"),
        (b"\xff\x00\xfe", "application/octet-stream"),
        (b"", ""),
    ],
)
def test_a_body_is_not_read_whatever_it_is(
    client: Client, key: uuid.UUID, content: bytes, media_type: str
) -> None:
    answer = client.post(f"/heartbeat/{key}", content, content_type=media_type)

    assert answer.status_code == 200
    assert state().status == "healthy"


@pytest.mark.parametrize(
    "path",
    [
        f"/heartbeat/{uuid.UUID(int=0)}",
        f"/heartbeat/{uuid.UUID(int=0)}/start",
        f"/heartbeat/{uuid.UUID(int=0)}/fail",
        f"/heartbeat/{uuid.UUID(int=0)}/0",
        "/heartbeat/no-key",
        "/heartbeat/",
    ],
)
def test_who_does_not_know_the_key_is_told_nothing(
    client: Client, key: uuid.UUID, path: str
) -> None:
    answer = client.post(path)

    assert answer.status_code == 404
    assert "backup" not in answer.content.decode()
    assert not ServiceState.objects.exists()


@pytest.mark.parametrize("code", ["256", "4294967296", "-1", "1.5", "x"])
def test_what_is_no_exit_code_changes_nothing(client: Client, key: uuid.UUID, code: str) -> None:
    assert client.post(f"/heartbeat/{key}/{code}").status_code in {400, 404}
    assert not ServiceState.objects.exists()


def test_the_calls_of_one_address_have_a_limit(
    client: Client, key: uuid.UUID, settings: Settings
) -> None:
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "health": 2}
    settings.RATE_LIMIT_ALLOW_LIST = []

    codes = [
        client.post(f"/heartbeat/{key}", REMOTE_ADDR="203.0.113.77").status_code for _ in range(3)
    ]

    assert codes == [200, 200, 429]


def test_each_heartbeat_has_a_key_of_its_own(key: uuid.UUID) -> None:
    WatchedServiceFactory.create_batch(3)

    keys = set(WatchedService.objects.values_list("heartbeat_key", flat=True))
    assert len(keys) == 4
    assert all(each.version == 4 for each in keys)
