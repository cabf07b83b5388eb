"""A request that is sent again is answered and not stored again; one that fails leaves nothing."""

import pytest
from django.db import DataError, transaction

from monitoring.errors import ConflictError, InvalidInputError
from monitoring.ingest.door import RequestKey
from monitoring.models import IngestRequest, Metric, Segment
from monitoring.types import IngestReport
from tests.monitoring.factories import NOON, counter, gauge
from tests.monitoring.ingest.pushing import LATER, only, push

pytestmark = pytest.mark.django_db


KEY = RequestKey("payment-service", "key-1", "a" * 64)


def test_a_repeated_request_is_answered_and_not_stored_again() -> None:
    first = push(counter(5), gauge(1, metric="payment_success_total", a="b"), request=KEY)
    again = push(counter(5), gauge(1, metric="payment_success_total", a="b"), request=KEY, at=LATER)

    assert again == IngestReport(first.stored, first.rejected, replayed=True)
    assert first.rejected
    assert only().value == 5
    assert Segment.objects.count() == 1
    assert IngestRequest.objects.get().created_at == NOON


def test_the_key_of_one_client_is_nothing_to_another() -> None:
    push(counter(5), request=KEY)
    push(counter(5), request=KEY._replace(client="auth-service"))

    assert only().value == 10


def test_a_key_that_stands_for_another_body_is_a_conflict() -> None:
    push(counter(5), request=KEY)

    with pytest.raises(ConflictError):
        push(counter(6), request=KEY._replace(body_hash="b" * 64))

    assert only().value == 5


def test_a_request_of_which_nothing_is_stored_is_answered_again_too() -> None:
    push(gauge(1, metric="payment_success_total"), request=KEY)

    assert push(gauge(1, metric="payment_success_total"), request=KEY).replayed


@pytest.mark.parametrize("text", ["", "x" * 256, "a\0", "a\n"])
def test_a_key_that_cannot_be_kept_is_refused(text: str) -> None:
    for request in (KEY._replace(key=text), KEY._replace(client=text)):
        with pytest.raises(InvalidInputError):
            push(counter(5), request=request)


@pytest.mark.parametrize("length", [1, 255])
def test_the_shortest_and_the_longest_key_are_kept(length: int) -> None:
    assert push(counter(5), request=KEY._replace(key="x" * length)).stored == 1


def test_another_failed_constraint_is_not_taken_for_a_missing_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "monitoring.storage.segments._WRITE",
        "INSERT INTO segment (received_at, t_min, t_max, n, payload) VALUES (%s, %s, %s, 0 * %s, %s)",
    )
    with pytest.raises(Exception, match="segment_not_empty"):
        push(gauge(1))


def test_a_batch_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as failing:
        failing.setattr("monitoring.storage.segments._WRITE", "SELECT 1 / 0, %s, %s, %s, %s, %s")
        with pytest.raises(DataError):
            push(gauge(1, metric="mine"), request=KEY)
    assert not Metric.objects.exists()

    push(gauge(2, metric="mine"), request=KEY)

    assert only().value == 2


def test_within_a_transaction_of_the_caller_the_door_stays_shut() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        push(gauge(1))
