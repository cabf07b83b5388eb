"""Which series an exposition shows: fresh gauges, and totals for longer."""

from datetime import datetime, timedelta

import pytest

from monitoring.exposition.current import CurrentSeries
from monitoring.models import Series
from monitoring.storage.instants import EPOCH
from tests.monitoring.factories import NOON, LatestFactory, counter, gauge
from tests.monitoring.ingest.pushing import push

MINUTE = timedelta(minutes=1)


def shown(fresh_since: datetime, kept_since: datetime) -> list[tuple[int, float]]:
    found = CurrentSeries().shown(fresh_since=fresh_since, kept_since=kept_since)
    return list(zip(found.ids.tolist(), found.values.tolist(), strict=True))


@pytest.mark.django_db
def test_gauges_have_to_be_fresh_and_totals_are_kept_longer() -> None:
    for age in range(4):
        push(gauge(age, metric=f"gauge_{age}", at=NOON - age * MINUTE))
        push(counter(age, metric=f"total_{age}", at=NOON - age * MINUTE))
    LatestFactory.create(at=EPOCH, value=0.0)

    found = shown(NOON - MINUTE, NOON - 2 * MINUTE)
    names = dict(Series.objects.values_list("id", "metric_id"))

    assert [(names[number], value) for number, value in found] == [
        ("gauge_0", 0),
        ("total_0", 0),
        ("gauge_1", 1),
        ("total_1", 1),
        ("total_2", 2),
    ]


@pytest.mark.django_db
def test_nothing_is_kept_for_less_long_than_it_is_fresh() -> None:
    push(gauge(1, at=NOON - MINUTE), counter(2, at=NOON - MINUTE))

    def values(fresh_since: datetime, kept_since: datetime) -> list[float]:
        return [value for _, value in shown(fresh_since, kept_since)]

    assert values(NOON - MINUTE, NOON) == [1, 2]
    assert values(NOON, NOON - MINUTE) == [2]
    assert values(EPOCH, EPOCH) == [1, 2]
    assert values(NOON, NOON) == []
