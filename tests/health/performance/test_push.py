"""POST /performance: stored before the answer, refused items by name, each body once under its key."""

from typing import Any

import pytest
from django.db import OperationalError

from health.models import PerformanceMetric
from health.services import performance_push
from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest import idempotency
from tests.health.performance.rows import requests_of
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

ITEM: dict[str, Any] = {
    "service_name": "payment-service",
    "endpoint": "/api/v1/payments/process",
    "method": "POST",
    "response_time_ms": 235,
    "status_code": 200,
}


def push(body: object, *, role: str = "monitoring", **headers: str) -> Any:
    return client_of(role).post(
        f"{API}/performance", data=body, content_type="application/json", headers=headers
    )


def test_a_bad_item_is_named_and_the_others_are_stored() -> None:
    response = push([ITEM, ITEM | {"status_code": 20}, ITEM, "no object"])

    assert response.status_code == 200
    assert response.json() == {
        "success": False,
        "stored": 2,
        "rejected": [
            {
                "index": 1,
                "error": "status_code must be a whole number from 100 to 599",
                "field": "status_code",
            },
            {"index": 3, "error": "a measured request must be an object", "field": ""},
        ],
    }
    assert (requests_of(), PerformanceMetric.objects.count()) == (2, 2)


def test_one_object_is_taken_like_an_array_of_one() -> None:
    assert push(ITEM).json() == {"success": True, "stored": 1, "rejected": []}


@pytest.mark.parametrize("body", [[], "text", 7, None, True])
def test_a_body_of_another_shape_is_refused(body: object) -> None:
    response = push(body)

    assert (response.status_code, response.json()["code"]) == (400, "VALIDATION_ERROR")


def test_nothing_is_stored_where_every_item_is_wrong() -> None:
    response = push([ITEM | {"method": "FETCH"}])

    assert response.status_code == 400
    assert response.json()["details"]["rejected"][0]["field"] == "method"
    assert requests_of() == 0


def test_five_thousand_items_are_taken_and_one_more_is_refused() -> None:
    assert push([ITEM] * 5_000).json()["stored"] == 5_000
    assert push([ITEM] * 5_001).status_code == 413
    assert requests_of() == 5_000


def test_the_same_body_under_the_same_key_is_stored_once() -> None:
    body = [ITEM, ITEM | {"status_code": 0}]
    first = push(body, **{"Idempotency-Key": "batch-1"})

    again = push(body, **{"Idempotency-Key": "batch-1"})

    assert again.json() == first.json()
    assert ("Idempotent-Replayed" in first, again["Idempotent-Replayed"]) == (False, "true")
    assert requests_of() == 1


def test_another_body_under_the_same_key_is_a_conflict() -> None:
    push([ITEM], **{"Idempotency-Key": "batch-1"})

    response = push([ITEM, ITEM], **{"Idempotency-Key": "batch-1"})

    assert (response.status_code, response.json()["code"]) == (409, "CONFLICT")
    assert requests_of() == 1


def test_a_key_belongs_to_its_client_and_to_this_door() -> None:
    push([ITEM], **{"Idempotency-Key": "batch-1"})
    other = client_of("monitoring", userId="bo").post(
        f"{API}/performance",
        data=[ITEM],
        content_type="application/json",
        headers={"Idempotency-Key": "batch-1"},
    )

    assert "Idempotent-Replayed" not in other
    assert requests_of() == 2
    assert push([ITEM], **{"Idempotency-Key": "x" * 256}).status_code == 400


def test_a_request_speaks_for_one_service() -> None:
    foreign = ITEM | {"service_name": "venue-service"}
    nameless = {key: value for key, value in ITEM.items() if key != "service_name"}
    response = push([nameless, foreign, ITEM], **{"x-service-name": "payment-service"})

    assert response.json()["stored"] == 2
    assert response.json()["rejected"][0]["index"] == 1
    assert push([foreign], **{"x-service-name": "payment-service"}).status_code == 403
    assert {row.service_name for row in PerformanceMetric.objects.all()} == {"payment-service"}


@pytest.mark.parametrize(
    ("role", "status"), [("user", 403), ("operator", 403), ("monitoring", 200), ("admin", 200)]
)
def test_who_may_push(role: str, status: int) -> None:
    assert push([ITEM], role=role).status_code == status


def test_a_database_that_is_away_is_said_and_nothing_is_promised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_args: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(performance_push, "record_requests", away)

    response = push([ITEM])

    assert (response.status_code, response.json()["code"]) == (503, DatabaseUnavailableError.code)
    assert response["Retry-After"]


def test_of_two_that_come_at_once_under_one_key_one_stores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rival commits after this request has looked for its key, and before it claims it."""
    find, looked = idempotency.find, []

    def too_early(key: Any) -> Any:
        looked.append(key)
        return None if len(looked) == 2 else find(key)

    push([ITEM], **{"Idempotency-Key": "batch-1"})
    looked.clear()
    looked.append("the first look")
    monkeypatch.setattr(idempotency, "find", too_early)

    response = push([ITEM], **{"Idempotency-Key": "batch-1"})

    assert (response.status_code, response["Idempotent-Replayed"]) == (200, "true")
    assert (requests_of(), len(looked)) == (1, 3)
