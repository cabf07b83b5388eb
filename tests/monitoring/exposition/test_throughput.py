"""How many samples were stored in a span, told by the door's own counter."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings

from monitoring.exposition.throughput import samples_stored
from monitoring.models import Segment
from monitoring.storage.sealing import seal
from monitoring.types import Temporality
from tests.monitoring.factories import NOON, counter
from tests.monitoring.ingest.pushing import push

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)


def handed_in(
    number: float,
    *,
    ago: float,
    origin: str = "push",
    outcome: str = "stored",
    service: str = settings.SERVICE_NAME,
    temporality: Temporality = Temporality.DELTA,
) -> None:
    """Store what an instrument hands in, so many seconds before noon."""
    at = NOON - timedelta(seconds=ago)
    sample = counter(
        number,
        metric="ingest_samples_total",
        service=service,
        at=at,
        temporality=temporality,
        origin=origin,
        outcome=outcome,
    )
    push(sample, at=at)


def last_minute(until: datetime = NOON) -> int:
    return samples_stored(since=until - MINUTE, until=until)


def test_before_the_first_count_it_is_zero() -> None:
    assert last_minute() == 0


def test_what_was_handed_in_within_the_span_is_added_up() -> None:
    for ago, number in ((70, 100), (60, 10), (59, 5), (10, 3), (0, 2)):
        handed_in(number, ago=ago)

    assert last_minute() == 10


def test_the_ends_of_the_span_are_the_first_left_out_and_the_last_taken_in() -> None:
    for ago, number in ((90, 1), (60, 2), (30, 4), (0, 8)):
        handed_in(number, ago=ago)

    assert last_minute() == 12
    assert last_minute(NOON - timedelta(seconds=30)) == 6


def test_all_doors_count_and_only_what_they_stored() -> None:
    for ago, number in ((61, 1), (5, 20)):
        handed_in(number, ago=ago)
        handed_in(number, ago=ago, origin="stream")
        handed_in(number, ago=ago, outcome="rejected")
        handed_in(number, ago=ago, service="another-service")

    assert last_minute() == 40


def test_a_door_that_was_silent_for_some_minutes_is_counted_from_where_it_was() -> None:
    handed_in(1_000, ago=900)
    handed_in(20, ago=5)

    assert last_minute() == 20


def test_a_total_of_unknown_beginning_tells_its_growth_only() -> None:
    handed_in(1_000, ago=50)
    handed_in(20, ago=5)

    assert last_minute() == 20


def test_a_total_that_was_reset_grew_by_what_it_is() -> None:
    for ago, total in ((61, 1_000), (30, 1_010), (5, 7)):
        handed_in(total, ago=ago, temporality=Temporality.CUMULATIVE)

    assert last_minute() == 17


def test_a_seal_takes_nothing_away_from_it() -> None:
    for ago in (61, 45, 5):
        handed_in(10, ago=ago)
    assert last_minute() == 20

    seal(at=NOON + MINUTE, is_due=True)

    assert not Segment.objects.exists()
    assert last_minute() == 20
