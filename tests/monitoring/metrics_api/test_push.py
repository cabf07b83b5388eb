"""POST /api/v1/monitoring/metrics: stored before the answer, refused items by name."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from monitoring.errors import DatabaseUnavailableError
from monitoring.query.latest import latest_values
from tests.monitoring.clients import API, client_of, push

pytestmark = pytest.mark.django_db

PAYMENT = {
    "metric_name": "payment_success_total",
    "service_name": "payment-service",
    "value": 1,
    "type": "counter",
    "labels": {"provider": "stripe", "currency": "USD"},
}


def gauge(**fields: Any) -> dict[str, Any]:
    return {"metric_name": "queue_depth", "service_name": "ticket-service", "value": 5, **fields}


def stored(metric: str) -> dict[str, float]:
    return {value.series.service: value.value for value in latest_values(metrics=[metric])}


def test_the_example_of_the_specification_is_stored() -> None:
    response = push(client_of("monitoring"), PAYMENT)

    assert (response.status_code, response.json()) == (200, {"success": True})
    (value,) = latest_values(metrics=["payment_success_total"])
    assert (value.value, value.series.service) == (1.0, "payment-service")
    assert value.series.labels == {"provider": "stripe", "currency": "USD"}


def test_increments_add_up() -> None:
    client = client_of("monitoring")

    push(client, PAYMENT)
    push(client, {**PAYMENT, "value": 4})

    assert stored("payment_success_total") == {"payment-service": 5.0}


def test_the_header_names_the_service_where_the_body_does_not() -> None:
    body = gauge()
    del body["service_name"]

    response = push(client_of("monitoring"), body, **{"x-service-name": "venue-service"})

    assert response.status_code == 200
    assert stored("queue_depth") == {"venue-service": 5.0}


def test_the_token_names_the_service_where_nothing_else_does() -> None:
    body = gauge()
    del body["service_name"]

    push(client_of("monitoring", service="auth-service"), body)

    assert stored("queue_depth") == {"auth-service": 5.0}


@pytest.mark.parametrize(
    ("claims", "headers"),
    [
        ({"service": "payment-service"}, {}),
        ({}, {"x-service-name": "payment-service"}),
        ({"service": "payment-service"}, {"x-service-name": "ticket-service"}),
    ],
)
def test_a_sample_in_another_services_name_is_forbidden(
    claims: dict[str, str], headers: dict[str, str]
) -> None:
    response = push(client_of("monitoring", **claims), gauge(), **headers)

    assert (response.status_code, response.json()["code"]) == (403, "FORBIDDEN")
    assert stored("queue_depth") == {}


def test_in_a_batch_the_good_items_are_stored_and_each_bad_one_is_named() -> None:
    batch = [
        gauge(),
        gauge(value="NaN"),
        "text",
        gauge(service_name="auth-service"),
        gauge(metric_name=""),
    ]

    response = push(client_of("monitoring", service="ticket-service"), batch)

    answer = response.json()
    assert response.status_code == 200
    assert (answer["success"], answer["stored"]) == (False, 1)
    assert [(item["index"], item["field"]) for item in answer["rejected"]] == [
        (1, "value"),
        (2, ""),
        (3, "service_name"),
        (4, "metric_name"),
    ]
    assert all(item["error"] for item in answer["rejected"])
    assert stored("queue_depth") == {"ticket-service": 5.0}


def test_a_batch_without_faults_says_so() -> None:
    answer = push(client_of("admin"), [gauge(), PAYMENT]).json()

    assert answer == {"success": True, "stored": 2, "rejected": []}


def test_a_batch_of_which_nothing_is_good_is_refused_whole() -> None:
    response = push(client_of("admin"), [gauge(value=None), 5])

    answer = response.json()
    assert (response.status_code, answer["code"]) == (400, "VALIDATION_ERROR")
    assert [item["index"] for item in answer["details"]["rejected"]] == [0, 1]


def test_a_bad_sample_is_refused_with_its_field() -> None:
    response = push(client_of("admin"), gauge(value="five"))

    assert response.status_code == 400
    assert response.json()["details"]["rejected"][0]["field"] == "value"


@pytest.mark.parametrize("body", [[], 5, "text", None, True])
def test_a_body_that_is_no_sample_is_refused(body: object) -> None:
    assert push(client_of("admin"), json.dumps(body)).status_code == 400


def test_a_batch_is_as_long_as_the_limit_and_not_longer(settings: Any) -> None:
    settings.MAX_BATCH_SAMPLES = 2

    assert push(client_of("admin"), [gauge(), gauge(value=6)]).status_code == 200
    response = push(client_of("admin"), [gauge()] * 3)

    assert (response.status_code, response.json()["code"]) == (413, "VALIDATION_ERROR")
    assert "2" in response.json()["error"]


def test_a_large_batch_may_pass_the_limit_of_ordinary_bodies(settings: Any) -> None:
    settings.MAX_BODY_BYTES = 100

    assert push(client_of("admin"), [gauge(), gauge(value=6)]).status_code == 200


def test_without_the_database_nothing_is_promised(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise DatabaseUnavailableError("away", retry_after_seconds=2)

    monkeypatch.setattr("monitoring.metrics_api.push.ingest", away)

    response = push(client_of("admin"), gauge())

    assert (response.status_code, response.json()["code"]) == (503, "DATABASE_ERROR")
    assert response.headers["Retry-After"] == "2"


@pytest.mark.parametrize("role", ["user", "operator", "guest"])
def test_other_roles_may_not_push(role: str) -> None:
    assert push(client_of(role), gauge()).status_code == 403


def test_a_token_may_be_given_the_right_to_push() -> None:
    assert push(client_of("user", permissions=["metrics:write"]), gauge()).status_code == 200


def test_a_repeat_under_the_same_key_is_answered_but_not_stored() -> None:
    client = client_of("monitoring")
    batch = [PAYMENT, "text"]
    first = push(client, batch, **{"Idempotency-Key": "k-1"})

    again = push(client, batch, **{"Idempotency-Key": "k-1"})

    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert stored("payment_success_total") == {"payment-service": 1.0}


def test_a_repeat_is_judged_by_the_clock_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    oldest = timezone.now() - timedelta(hours=23, minutes=59)
    batch = [{**PAYMENT, "timestamp": oldest.isoformat()}]
    client = client_of("monitoring", exp=int((timezone.now() + timedelta(days=2)).timestamp()))
    push(client, batch, **{"Idempotency-Key": "k-2"})
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr("monitoring.metrics_api.views.timezone.now", lambda: tomorrow)

    again = push(client, batch, **{"Idempotency-Key": "k-2"})

    assert again.json() == {"success": True, "stored": 1, "rejected": []}


def test_the_keys_of_two_clients_are_two_keys() -> None:
    push(client_of("monitoring", userId="a"), PAYMENT, **{"Idempotency-Key": "k"})
    other = push(client_of("monitoring", userId="b"), PAYMENT, **{"Idempotency-Key": "k"})

    assert "Idempotent-Replayed" not in other.headers
    assert stored("payment_success_total") == {"payment-service": 2.0}


def test_a_key_that_stands_for_another_body_is_a_conflict() -> None:
    client = client_of("monitoring")
    push(client, PAYMENT, **{"Idempotency-Key": "k"})

    response = push(client, {**PAYMENT, "value": 2}, **{"Idempotency-Key": "k"})

    assert (response.status_code, response.json()["code"]) == (409, "CONFLICT")


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb", "schlüssel"])
def test_a_key_is_short_and_printable(key: str) -> None:
    response = push(client_of("monitoring"), PAYMENT, **{"Idempotency-Key": key})

    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")
    assert stored("payment_success_total") == {}


def test_the_longest_key_is_taken() -> None:
    assert (
        push(client_of("monitoring"), PAYMENT, **{"Idempotency-Key": "x" * 255}).status_code == 200
    )


def test_the_instant_of_a_sample_may_be_given() -> None:
    at = (timezone.now() - timedelta(hours=1)).astimezone(UTC).replace(microsecond=123_000)

    push(client_of("monitoring"), gauge(timestamp=at.isoformat()))

    (value,) = latest_values(metrics=["queue_depth"])
    assert value.at == at
    assert isinstance(value.at, datetime)


def test_pushes_and_reads_have_limits_of_their_own() -> None:
    client = client_of("monitoring")
    client.defaults["REMOTE_ADDR"] = "203.0.113.7"

    pushed = push(client, gauge())
    read = client.get(f"{API}/metrics")

    assert pushed.headers["X-RateLimit-Limit"] == "1000"
    assert read.headers["X-RateLimit-Limit"] == "100"
