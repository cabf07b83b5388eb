"""Roll-ups are read by series and day, and only what is whole and covered."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pytest

from monitoring.models import FiveMinuteRollup
from monitoring.storage import damage
from monitoring.storage.rollups import read
from tests.monitoring.storage.partition_rows import (
    drop_all_partitions,
    mark_due,
    seal_chunk,
)
from tests.monitoring.storage.rolling_up import (
    DAY,
    FIVE,
    HOUR,
    MIDNIGHT,
    MORNING,
    found,
    minutes,
    run,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_partitions() -> Iterator[None]:
    drop_all_partitions()
    yield
    drop_all_partitions()


def test_series_and_days_are_told_apart() -> None:
    tomorrow = MIDNIGHT + timedelta(days=1)
    for series_id in (3, 7):
        seal_chunk(series_id, minutes(series_id, series_id))
        seal_chunk(series_id, minutes(10 * series_id, start=tomorrow))
        mark_due(series_id, DAY)
        mark_due(series_id, tomorrow.date())

    assert run(MORNING + timedelta(days=1)).made == 4

    rolled_up = found(HOUR, 7, 3, 5, last_day=tomorrow.date())
    first = (DAY - date(1970, 1, 1)).days
    assert rolled_up.series.tolist() == [3, 3, 7, 7]
    assert rolled_up.days.tolist() == [first, first + 1, first, first + 1]
    assert rolled_up.starts.tolist() == [0, 1, 2, 3, 4]
    assert rolled_up.buckets.last.tolist() == [3.0, 30.0, 7.0, 70.0]


@pytest.mark.parametrize(
    ("first", "last", "days"), [(0, 0, 1), (-1, -1, 0), (1, 1, 0), (-1, 1, 1), (1, 0, 0)]
)
def test_only_the_days_asked_for_are_read(first: int, last: int, days: int) -> None:
    seal_chunk(1, minutes(1))
    mark_due(1, DAY)
    run()

    rolled_up = read(
        np.array([1], np.int32),
        width=FIVE,
        first_day=DAY + timedelta(first),
        last_day=DAY + timedelta(last),
    )

    assert len(rolled_up.days) == len(rolled_up.starts) - 1 == days


def test_a_width_that_is_not_kept_is_a_fault() -> None:
    with pytest.raises(KeyError):
        found(timedelta(minutes=10))


def test_nothing_is_read_of_no_series() -> None:
    rolled_up = read(np.empty(0, np.int32), width=FIVE, first_day=DAY, last_day=DAY)

    assert (len(rolled_up.series), len(rolled_up.buckets)) == (0, 0)


def test_a_damaged_roll_up_is_reported_and_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[tuple[str, str]] = []
    monkeypatch.setattr(damage, "report", lambda table, row, _: reported.append((table, row)))
    for series_id in (1, 2):
        seal_chunk(series_id, minutes(series_id))
        mark_due(series_id, DAY)
    run()
    FiveMinuteRollup.objects.filter(series_id=1).update(payload=b"damaged")

    assert found(FIVE, 1, 2).series.tolist() == [2]
    assert found(HOUR, 1, 2).series.tolist() == [1, 2]
    ((table, row),) = reported
    assert (table, row.split(" on ")[0]) == ("rollup_5m", "series 1")
