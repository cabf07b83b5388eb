"""A range read is what a plain dictionary of all writes would answer."""

import itertools
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pytest_django import Settings

from monitoring.errors import InvalidInputError
from monitoring.query.range import read_range
from monitoring.storage import chunks
from monitoring.storage.instants import to_ms
from monitoring.storage.sealing import seal
from monitoring.types import Temporality
from tests.monitoring.factories import NOON, SegmentFactory, counter, gauge
from tests.monitoring.ingest.pushing import push

pytestmark = pytest.mark.django_db

DAY_MS = 86_400_000
MINUTES_5_MS = 300_000

# How long after noon a batch is received, and its samples: series, instant from the receipt, value.
BATCHES = st.lists(
    st.tuples(
        st.integers(0, 3 * DAY_MS),
        st.lists(
            st.tuples(
                st.integers(0, 2),
                st.sampled_from([-DAY_MS, -60_000, -1, 0, 1, MINUTES_5_MS])
                | st.integers(-DAY_MS, MINUTES_5_MS),
                st.integers(-9, 9),
            ),
            min_size=1,
            max_size=8,
        ),
    ),
    min_size=1,
    max_size=6,
)
SPANS = st.tuples(
    st.integers(-DAY_MS, 3 * DAY_MS + MINUTES_5_MS),
    st.sampled_from([0, 1, 60_000, DAY_MS, 5 * DAY_MS]),
)
_names = (f"metric_{number}" for number in itertools.count())


def after_noon(milliseconds: int) -> datetime:
    return NOON + timedelta(milliseconds=milliseconds)


@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BATCHES, SPANS)
def test_a_range_equals_the_naive_model(
    batches: list[tuple[int, list[tuple[int, int, int]]]], span: tuple[int, int]
) -> None:
    metric = next(_names)
    written: dict[tuple[str, int], float] = {}
    for received, rows in batches:
        samples = [
            counter(
                value + 10,
                metric=metric,
                at=after_noon(received + ahead),
                n=str(number),
                temporality=Temporality.CUMULATIVE,
            )
            for number, ahead, value in rows
        ]
        assert push(*samples, at=after_noon(received)).stored == len(rows)
        written |= {(each.labels["n"], to_ms(each.at)): each.value for each in samples}
    start, end = after_noon(span[0]), after_noon(span[0] + span[1])

    for most in (0, 1, 1_000):  # as pushed, one segment sealed, all sealed
        if most:
            seal(at=after_noon(4 * DAY_MS), is_due=True, max_samples=most)
        found = {
            (each.series.labels["n"], at_ms): value
            for each in read_range(metric=metric, start=start, end=end)
            for at_ms, value in zip(each.at_ms.tolist(), each.values.tolist(), strict=True)
        }

        assert found == {
            key: value for key, value in written.items() if to_ms(start) <= key[1] <= to_ms(end)
        }


def test_points_are_ascending_and_series_ordered_and_none_is_empty() -> None:
    push(*(gauge(n, metric="b", at=NOON - timedelta(seconds=n)) for n in range(5)))
    push(gauge(1, metric="a"), gauge(2, metric="c", at=NOON - timedelta(hours=1)))

    found = read_range(start=NOON - timedelta(minutes=1), end=NOON)

    assert [each.series.metric for each in found] == ["a", "b"]
    assert found[1].at_ms.tolist() == sorted(found[1].at_ms.tolist())
    assert found[1].values.tolist() == [4, 3, 2, 1, 0]


def test_both_ends_belong_to_the_range_to_the_millisecond() -> None:
    push(gauge(1))
    one = timedelta(milliseconds=1)

    assert len(read_range(start=NOON, end=NOON)) == 1
    assert read_range(start=NOON - one, end=NOON - one) == []
    assert read_range(start=NOON + one, end=NOON + one) == []
    assert read_range(start=NOON + timedelta(microseconds=1), end=NOON + one) == []
    assert len(read_range(start=NOON - one, end=NOON + timedelta(microseconds=1))) == 1


def test_only_the_series_asked_for_are_read() -> None:
    push(gauge(1, a="1"), gauge(2, a="2"), gauge(3, a="1", service="other"))

    def values(**asked: object) -> list[float]:
        found = read_range(start=NOON, end=NOON, **asked)  # type: ignore[arg-type]
        return [each.values[0] for each in found]

    assert values(matchers={"a": "1"}) == [3, 1]
    assert values(service="other") == [3]
    assert values(metric="never_heard_of") == []


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="before it starts"):
        read_range(start=NOON, end=NOON - timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
        (datetime.min.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)),
        (datetime.max.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
    ],
)
def test_the_ends_of_time_are_no_trouble(start: datetime, end: datetime) -> None:
    push(gauge(1))

    found = read_range(start=start, end=end)

    assert len(found) == (1 if start <= NOON <= end else 0)


def test_a_range_of_too_many_points_is_told_how_to_narrow(settings: Settings) -> None:
    settings.MAX_RANGE_POINTS = 10
    push(*(gauge(n, at=NOON - timedelta(seconds=n)) for n in range(11)))
    tenth = NOON - timedelta(seconds=9)

    assert len(read_range(start=tenth, end=NOON)[0].at_ms) == 10
    with pytest.raises(InvalidInputError, match="more than 10 points: ask for a shorter span"):
        read_range(start=tenth - timedelta(seconds=1), end=NOON)


def test_points_of_other_series_do_not_count(settings: Settings) -> None:
    settings.MAX_RANGE_POINTS = 1
    push(gauge(1, a="1"), gauge(2, a="2"))

    assert len(read_range(matchers={"a": "1"}, start=NOON, end=NOON)) == 1


def test_a_query_that_takes_too_long_is_told_how_to_narrow(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RANGE_TIMEOUT = timedelta(milliseconds=50)
    push(gauge(1))
    monkeypatch.setattr(chunks, "read", lambda *_, **__: sleep_in_the_database())

    with pytest.raises(InvalidInputError, match=r"longer than 0\.05 s"):
        read_range(start=NOON, end=NOON + timedelta(seconds=1))


def sleep_in_the_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(5)")


def test_reading_that_takes_too_long_is_told_how_to_narrow(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(gauge(1))
    clock = itertools.count(step=settings.RANGE_TIMEOUT.total_seconds() + 1)
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))

    with pytest.raises(InvalidInputError, match="longer than 10 s"):
        read_range(start=NOON, end=NOON)


def test_other_trouble_of_the_database_is_not_taken_for_slowness(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    push(gauge(1))
    disk_full = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$"

    def fail(*_: object, **__: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(disk_full)

    monkeypatch.setattr(chunks, "read", fail)
    with pytest.raises(OperationalError):
        read_range(start=NOON, end=NOON)


def test_a_damaged_segment_is_passed_over() -> None:
    push(gauge(1))
    SegmentFactory.create(id=4_711_000_001, payload=b"damaged")

    assert [each.values.tolist() for each in read_range(start=NOON, end=NOON)] == [[1]]
