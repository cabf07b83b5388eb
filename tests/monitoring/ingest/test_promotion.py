"""Totals first, increments later: the first increment is added to the newest total, sealed or not."""

from datetime import timedelta

import numpy as np
import pytest

from monitoring.ingest.promotion import promote
from monitoring.ingest.series_cache import CACHE
from monitoring.models import Latest, Segment, StorageState
from monitoring.storage import segments
from monitoring.storage.partitions import ensure_day
from monitoring.types import Temporality
from tests.monitoring.factories import NOON, LatestFactory, counter, gauge
from tests.monitoring.ingest.pushing import LATER, MINUTE, curve, only, push

TOTAL = Temporality.CUMULATIVE


def epoch() -> int:
    return StorageState.objects.get().catalogue_epoch if StorageState.objects.exists() else 0


@pytest.mark.django_db(transaction=True)
def test_an_increment_is_added_to_the_newest_total_that_is_not_sealed_yet() -> None:
    push(counter(100, temporality=TOTAL))
    push(counter(50, temporality=TOTAL, at=NOON - MINUTE))

    push(counter(5, at=LATER), at=LATER)

    assert (only().value, only().at) == (105, LATER)
    assert curve("payment_success_total") == [(NOON - MINUTE, 50), (NOON, 100), (LATER, 105)]


@pytest.mark.django_db(transaction=True)
def test_of_two_totals_of_one_instant_the_later_write_is_added_to() -> None:
    push(counter(100, temporality=TOTAL))
    push(counter(70, temporality=TOTAL))

    push(counter(5, at=LATER), at=LATER)

    assert only().value == 75


@pytest.mark.django_db(transaction=True)
def test_an_increment_is_added_to_a_sealed_total() -> None:
    push(counter(100, temporality=TOTAL))
    Latest.objects.update(at=LATER, value=300.0)

    push(counter(5, at=LATER), at=LATER)

    assert only().value == 305


@pytest.mark.django_db(transaction=True)
def test_totals_and_increments_may_go_on_alternating() -> None:
    push(counter(100, temporality=TOTAL))
    push(counter(5, at=NOON + MINUTE), at=LATER)
    push(counter(200, temporality=TOTAL, at=NOON + 2 * MINUTE), at=LATER)
    push(counter(5, at=NOON + 3 * MINUTE), at=LATER)

    assert only().value == 205
    assert epoch() == 1


@pytest.mark.django_db(transaction=True)
def test_a_process_that_remembers_a_plain_series_learns_that_it_accumulates() -> None:
    total = counter(100, temporality=TOTAL)
    push(total)
    push(total)  # now from memory
    Latest.objects.update(accumulates=True, value=100.0, at=NOON)  # what another process does
    StorageState.objects.update_or_create(id=1, defaults={"catalogue_epoch": 7})

    push(counter(400, temporality=TOTAL, at=LATER), at=LATER)

    assert Latest.objects.get().value == 400
    assert CACHE.current.epoch == 7


@pytest.mark.django_db
def test_a_new_series_of_increments_accumulates_from_the_start() -> None:
    push(counter(5), gauge(1))

    kinds = Latest.objects.values_list("series__metric__type", "accumulates")
    assert set(kinds) == {("counter", True), ("gauge", False)}
    assert epoch() == 0


@pytest.mark.django_db
def test_plain_values_leave_latest_alone() -> None:
    push(gauge(7))

    assert Latest.objects.get().value == 0


@pytest.mark.django_db
def test_totals_and_increments_of_a_new_series_in_one_batch_are_added_in_order() -> None:
    push(
        counter(100, temporality=TOTAL, at=NOON),
        counter(5, at=NOON + timedelta(seconds=1)),
        counter(1, at=NOON + timedelta(seconds=2)),
    )

    assert only().value == 106


@pytest.mark.django_db
def test_a_promotion_that_another_process_did_before_changes_nothing() -> None:
    ensure_day(NOON)
    latest = LatestFactory.create(value=50.0, accumulates=True)
    segments.write(
        np.array([latest.pk], np.int32),
        np.array([2**41], np.int64),
        np.array([9.0]),
        received_at=NOON,
    )

    promote([latest.pk])

    assert Latest.objects.get().value == 50
    assert epoch() == 0


@pytest.mark.django_db
def test_a_damaged_segment_does_not_stand_in_the_way() -> None:
    push(counter(100, temporality=TOTAL))
    push(counter(7, temporality=TOTAL, at=LATER), at=LATER)
    last = Segment.objects.order_by("-id").values_list("id", flat=True)[0]
    Segment.objects.filter(id=last).update(payload=b"damaged")

    push(counter(5, at=LATER), at=LATER)

    assert Latest.objects.get().value == 105
