"""The newest samples, for those who ask by number and for the exposition."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from monitoring.query.newest import ceil_ms, current_values, newest_of
from monitoring.storage.instants import EPOCH, to_ms
from monitoring.storage.newest_table import NO_SAMPLE_MS
from tests.monitoring.factories import NOON, LatestFactory, SeriesFactory, counter, gauge
from tests.monitoring.ingest.pushing import push

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_the_newest_are_given_in_the_order_asked_for() -> None:
    ids = [LatestFactory.create(value=float(number)).pk for number in range(3)]
    silent = SeriesFactory.create().pk

    at_ms, values = newest_of(np.array([ids[2], silent, ids[0], ids[2]]))

    assert at_ms.tolist() == [to_ms(NOON), NO_SAMPLE_MS, to_ms(NOON), to_ms(NOON)]
    assert np.array_equal(values, [2.0, np.nan, 0.0, 2.0], equal_nan=True)


@pytest.mark.django_db
def test_a_series_that_has_no_sample_yet_has_no_newest() -> None:
    row = LatestFactory.create(at=EPOCH, value=0.0)

    assert newest_of(np.array([row.pk]))[0].tolist() == [NO_SAMPLE_MS]


@pytest.mark.django_db
def test_gauges_have_to_be_fresh_and_totals_are_kept_longer() -> None:
    for age in range(4):
        push(gauge(age, metric=f"gauge_{age}", at=NOON - age * MINUTE))
        push(counter(age, metric=f"total_{age}", at=NOON - age * MINUTE))
    LatestFactory.create(at=EPOCH, value=0.0)

    shown = current_values(fresh_since=NOON - MINUTE, kept_since=NOON - 2 * MINUTE)

    assert [(series.metric, value) for series, value in shown] == [
        ("gauge_0", 0),
        ("total_0", 0),
        ("gauge_1", 1),
        ("total_1", 1),
        ("total_2", 2),
    ]


@pytest.mark.django_db
def test_nothing_is_kept_for_less_long_than_it_is_fresh() -> None:
    push(gauge(1, at=NOON - MINUTE), counter(2, at=NOON - MINUTE))

    def shown(fresh_since: datetime, kept_since: datetime) -> list[float]:
        return [
            value for _, value in current_values(fresh_since=fresh_since, kept_since=kept_since)
        ]

    assert shown(NOON - MINUTE, NOON) == [1, 2]
    assert shown(NOON, NOON - MINUTE) == [2]
    assert shown(EPOCH, EPOCH) == [1, 2]
    assert shown(NOON, NOON) == []


@pytest.mark.parametrize(("microseconds", "ms"), [(0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2)])
def test_a_bound_is_rounded_up_to_the_millisecond(microseconds: int, ms: int) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)

    assert ceil_ms(at) == ms
