"""The newest samples, for those who ask by number."""

from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from monitoring.query.columns import SampleColumns, TooManyPointsError, read_columns
from monitoring.query.newest import ceil_ms, newest_in, newest_of
from monitoring.query.series import ids_in
from monitoring.storage import unsealed
from monitoring.storage.instants import EPOCH, to_ms
from monitoring.storage.newest_table import NO_SAMPLE_MS
from monitoring.storage.partitions import ensure_day
from monitoring.storage.sealing import seal
from monitoring.types import Sample
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


def random_samples(random: Random, number: int) -> list[Sample]:
    """Return gauges and increments of the hour before noon, in no order; some come twice."""

    def at() -> datetime:
        return NOON - timedelta(seconds=random.randrange(0, 3_600, 20))

    def host() -> str:
        return str(random.randrange(6))

    return [
        gauge(random.randrange(100), at=at(), host=host())
        if random.random() < 0.5
        else counter(random.randrange(100), at=at(), host=host())
        for _ in range(number)
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", range(4))
def test_the_newest_in_a_span_are_the_last_that_the_span_holds(seed: int) -> None:
    random = Random(seed)
    ensure_day(NOON)
    for _ in range(4):
        push(*random_samples(random, random.randrange(1, 60)))
        if random.random() < 0.5:
            seal(at=NOON + timedelta(hours=1), is_due=True)
        view = unsealed.view(with_newest=True)
        ids = ids_in(view, [])
        wanted = np.sort(ids[np.array([random.random() < 0.8 for _ in ids], bool)])
        for _ in range(30):
            end_ms = to_ms(NOON) + random.randrange(-3_700, 100) * 1_000
            start_ms = end_ms - random.choice([0, 20_000, 300_000, 3_600_000])
            span = start_ms, end_ms

            newest = newest_in(wanted, *span, max_points=1_000, view=view)

            assert by_series(newest) == last_of(read_columns(wanted, *span, max_points=1_000))


def last_of(columns: SampleColumns) -> dict[int, tuple[int, float]]:
    """Return instant and value of the last sample of each series, in their order."""
    last = (columns.starts[1:] - 1).tolist()
    return {
        series: (int(columns.at_ms[place]), float(columns.values[place]))
        for series, place in zip(columns.ids.tolist(), last, strict=True)
    }


def by_series(newest: SampleColumns) -> dict[int, tuple[int, float]]:
    """Return the same of columns that have nothing else."""
    assert newest.starts.tolist() == list(range(len(newest.ids) + 1))
    assert np.all(np.diff(newest.ids) > 0)
    assert len(newest.at_ms) == len(newest.values) == len(newest.ids)
    return last_of(newest)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (0, 0, [1.0]),
        (-1, 0, [1.0]),
        (1, 2, []),
        (-2, -1, []),
        (-60_000, -1, [2.0]),
        (-59_999, -1, []),
    ],
)
def test_both_ends_of_the_span_belong_to_it(first: int, last: int, found: list[float]) -> None:
    push(gauge(2, at=NOON - MINUTE), gauge(1, at=NOON))
    view = unsealed.view(with_newest=True)
    span = to_ms(NOON) + first, to_ms(NOON) + last

    newest = newest_in(ids_in(view, []), *span, max_points=10, view=view)

    assert newest.values.tolist() == found


@pytest.mark.django_db
def test_only_series_that_go_on_after_the_span_are_read(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    push(gauge(1, host="a"), gauge(2, host="b"), gauge(3, at=NOON - MINUTE, host="b"))
    view = unsealed.view(with_newest=True)
    ids = np.sort(ids_in(view, []))
    noon = to_ms(NOON)

    with django_assert_num_queries(0):
        newest_in(ids, noon - 300_000, noon, max_points=1, view=view)
    with pytest.raises(TooManyPointsError):
        newest_in(ids, noon - 60_000, noon - 1, max_points=0, view=view)


@pytest.mark.parametrize(("microseconds", "ms"), [(0, 0), (1, 1), (999, 1), (1_000, 1), (1_001, 2)])
def test_a_bound_is_rounded_up_to_the_millisecond(microseconds: int, ms: int) -> None:
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)

    assert ceil_ms(at) == ms
