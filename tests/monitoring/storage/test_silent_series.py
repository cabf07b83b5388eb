"""Series of which nothing is left leave the catalogue, and nobody is left with their numbers."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import numpy as np
import pytest
from django.db import connection
from pytest_django import Settings

from monitoring.models import (
    FiveMinuteRollup,
    HourlyRollup,
    Latest,
    Metric,
    Series,
    StorageState,
)
from monitoring.storage import partitions, segments, silent_series
from monitoring.storage.instants import EPOCH, to_ms
from monitoring.storage.maintenance import maintain
from monitoring.storage.silent_series import remove
from tests.monitoring.factories import NOON, LatestFactory, SegmentFactory
from tests.monitoring.storage.partition_rows import (
    drop_all_partitions,
    execute,
    mark_due,
    seal_chunk,
)

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE_SECONDS = 20.0
LONG = timedelta(days=400)
GONE = NOON - LONG - timedelta(microseconds=1)  # newest sample of a series that may go at noon


@pytest.fixture(autouse=True)
def _no_partitions() -> Iterator[None]:
    drop_all_partitions()
    partitions.ensure_day(NOON)
    yield
    drop_all_partitions()


def series(newest: datetime = GONE, *, created: datetime = GONE) -> int:
    """Return the id of a series with that newest sample."""
    series_id: int = LatestFactory.create(at=newest).series_id
    Series.objects.filter(pk=series_id).update(created_at=created)
    return series_id


def epoch() -> int:
    return StorageState.objects.values_list("catalogue_epoch", flat=True).first() or 0


def store_segment(series_id: int) -> None:
    segments.write(
        np.array([series_id], np.int32),
        np.array([to_ms(NOON)]),
        np.array([1.0]),
        received_at=NOON,
    )


def test_a_series_of_which_nothing_is_left_goes_with_its_newest_value() -> None:
    series()

    assert remove(NOON) == 1

    assert not Series.objects.exists()
    assert not Latest.objects.exists()


def test_the_name_of_its_metric_stays() -> None:
    series()

    remove(NOON)

    assert Metric.objects.count() == 1


def test_a_series_that_was_heard_within_the_longest_retention_stays() -> None:
    stays = series(NOON - LONG)
    series()

    assert remove(NOON) == 1

    assert list(Series.objects.values_list("id", flat=True)) == [stays]


@pytest.mark.parametrize(
    "longest", ["METRICS_RETENTION", "ROLLUP_5M_RETENTION", "ROLLUP_1H_RETENTION"]
)
def test_the_longest_retention_decides(longest: str, settings: Settings) -> None:
    for name in ("METRICS_RETENTION", "ROLLUP_5M_RETENTION", "ROLLUP_1H_RETENTION"):
        setattr(settings, name, timedelta(days=1))
    setattr(settings, longest, timedelta(days=3))
    series(NOON - timedelta(days=3))

    assert remove(NOON) == 0
    assert remove(NOON + timedelta(milliseconds=1)) == 1


def test_a_new_series_whose_first_sample_is_not_sealed_stays() -> None:
    """Its newest value is still the one it was made with, at the epoch."""
    series(EPOCH, created=NOON)

    assert remove(NOON) == 0


def test_a_series_with_an_unsealed_sample_stays() -> None:
    store_segment(series())
    series()

    assert remove(NOON) == 1
    assert Series.objects.count() == 1


def test_a_series_with_a_chunk_stays() -> None:
    seal_chunk(series(), {GONE: 1.0})

    assert remove(NOON) == 0


@pytest.mark.parametrize("rollup", [FiveMinuteRollup, HourlyRollup])
def test_a_series_with_a_roll_up_stays(
    rollup: type[FiveMinuteRollup] | type[HourlyRollup],
) -> None:
    partitions.ensure(rollup._meta.db_table, GONE)
    rollup.objects.create(series_id=series(), day=GONE.date(), n=1, payload=b"")

    assert remove(NOON) == 0


def test_a_series_with_a_roll_up_to_be_made_stays() -> None:
    mark_due(series(), date(2025, 1, 11))

    assert remove(NOON) == 0


def test_the_neighbours_of_a_series_do_not_keep_it() -> None:
    gone, kept = series(), series(NOON)
    for at in (GONE, NOON):
        seal_chunk(kept, {at: 1.0})
    store_segment(kept)
    mark_due(kept, NOON.date())

    assert remove(NOON) == 1
    assert not Series.objects.filter(pk=gone).exists()


def test_all_go_however_many_go_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silent_series, "SERIES_AT_ONCE", 2)
    for _ in range(5):
        series()

    assert remove(NOON) == 5
    assert not Series.objects.exists()


def test_each_removal_raises_the_epoch_once_and_no_removal_leaves_it() -> None:
    remove(NOON)
    assert epoch() == 0

    series()
    remove(NOON)
    assert epoch() == 1

    series()
    remove(NOON)
    assert epoch() == 2


def test_the_epoch_is_raised_where_sealing_has_left_its_note() -> None:
    execute("INSERT INTO storage_state (id, sealed_xid) VALUES (1, '77')")
    series()

    remove(NOON)

    with connection.cursor() as cursor:
        cursor.execute("SELECT catalogue_epoch, sealed_xid::text FROM storage_state")
        assert cursor.fetchall() == [(1, "77")]


def test_a_damaged_segment_keeps_no_series_and_stops_nothing() -> None:
    SegmentFactory.create(payload=b"damaged")
    series()

    assert remove(NOON) == 1


def test_maintenance_removes_silent_series() -> None:
    series()

    assert maintain(NOON).removed_series == 1
