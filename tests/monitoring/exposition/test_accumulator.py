"""What instruments gather: exact under threads, bounded, and nothing lost when it is put back."""

import math
import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.exposition.accumulator import (
    DROPS,
    INVALID_VALUE,
    SERIES_LIMIT,
    UNKNOWN_METRIC,
    Accumulator,
    Deltas,
    samples_of,
)
from monitoring.names import spec_of
from monitoring.types import MetricType, Sample, Temporality

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
REQUEST = {"method": "GET", "route": "/health", "status_code": "200"}
QUERY = {"operation": "select", "table": "series"}


@pytest.fixture
def accumulator() -> Accumulator:
    return Accumulator(limit=10)


def samples(accumulator: Accumulator) -> dict[tuple[str, str], float]:
    """Return what a flush would store: (metric, value of its most telling label) -> value."""
    found = samples_of(accumulator.take(), service="s", at=NOON)
    return {(one.metric, _telling(one)): one.value for one in found}


def _telling(sample: Sample) -> str:
    return sample.labels.get("le") or sample.labels.get("reason") or ""


def test_counts_of_one_label_set_add_up_whatever_the_order_of_its_labels(
    accumulator: Accumulator,
) -> None:
    accumulator.count("http_requests_total", REQUEST, 1)
    accumulator.count("http_requests_total", dict(reversed(REQUEST.items())), 2.5)

    (sample,) = samples_of(accumulator.take(), service="s", at=NOON)

    assert sample == Sample(
        "http_requests_total", "s", 3.5, NOON, MetricType.COUNTER, REQUEST, Temporality.DELTA
    )


def test_a_count_of_zero_makes_the_series_exist(accumulator: Accumulator) -> None:
    accumulator.count("http_requests_total", REQUEST, 0)

    assert samples(accumulator) == {("http_requests_total", ""): 0.0}


def test_observations_become_increments_of_all_buckets_sum_and_count(
    accumulator: Accumulator,
) -> None:
    for value in (0.5, 1.0, 1.5, 3_000.0):
        accumulator.observe("db_query_duration_ms", QUERY, value)

    stored = samples(accumulator)

    assert stored.pop(("db_query_duration_ms_sum", "")) == 3_003.0
    assert stored.pop(("db_query_duration_ms_count", "")) == 4.0
    assert [le for _, le in stored] == [
        *["1", "5", "10", "25", "50", "100", "250", "500", "1000", "+Inf"]
    ]
    assert stored["db_query_duration_ms_bucket", "1"] == 2.0
    assert stored["db_query_duration_ms_bucket", "5"] == 3.0
    assert stored["db_query_duration_ms_bucket", "1000"] == 3.0
    assert stored["db_query_duration_ms_bucket", "+Inf"] == 4.0


def test_the_parts_of_a_histogram_are_typed_as_increments(accumulator: Accumulator) -> None:
    accumulator.observe("db_query_duration_ms", QUERY, 7)

    parts = list(samples_of(accumulator.take(), service="s", at=NOON))

    assert {(one.type, one.temporality) for one in parts} == {
        (MetricType.HISTOGRAM, Temporality.DELTA)
    }
    assert all(one.labels.items() >= QUERY.items() for one in parts)


@given(values=st.lists(st.floats(min_value=0, max_value=2_000), min_size=1))
def test_a_bucket_counts_what_is_at_most_its_bound(values: list[float]) -> None:
    accumulator = Accumulator(limit=1)
    for value in values:
        accumulator.observe("db_query_duration_ms", QUERY, value)

    stored = samples(accumulator)

    spec = spec_of("db_query_duration_ms")
    assert spec is not None
    for bound in spec.buckets:
        below = sum(value <= bound for value in values)
        assert stored["db_query_duration_ms_bucket", f"{bound:g}"] == below
    assert stored["db_query_duration_ms_sum", ""] == pytest.approx(sum(values))


def test_of_a_gauge_the_last_value_counts(accumulator: Accumulator) -> None:
    accumulator.set("queue_size", {"queue_name": "kafka"}, 7)
    accumulator.set("queue_size", {"queue_name": "kafka"}, 3)

    (sample,) = samples_of(accumulator.take(), service="s", at=NOON)

    assert (sample.type, sample.value) == (MetricType.GAUGE, 3)


def test_what_was_taken_is_not_taken_again(accumulator: Accumulator) -> None:
    accumulator.count("http_requests_total", REQUEST, 1)
    accumulator.take()

    assert not accumulator.take()


def test_what_is_put_back_is_added_to_what_came_since(accumulator: Accumulator) -> None:
    def gather() -> None:
        accumulator.count("http_requests_total", REQUEST, 1)
        accumulator.observe("db_query_duration_ms", QUERY, 7)
        accumulator.count("unheard_of", {}, 1)

    gather()
    failed = accumulator.take()
    gather()
    accumulator.put_back(failed)

    stored = samples(accumulator)
    assert stored["http_requests_total", ""] == 2
    assert stored["db_query_duration_ms_count", ""] == 2
    assert stored["db_query_duration_ms_bucket", "5"] == 0
    assert stored["db_query_duration_ms_bucket", "10"] == 2
    assert stored["db_query_duration_ms_sum", ""] == 14
    assert stored[DROPS, UNKNOWN_METRIC] == 2


def test_what_is_put_back_alone_is_all_there_is(accumulator: Accumulator) -> None:
    accumulator.observe("db_query_duration_ms", QUERY, 7)
    accumulator.put_back(accumulator.take())

    assert samples(accumulator)["db_query_duration_ms_count", ""] == 1


def test_a_newer_gauge_wins_over_one_that_is_put_back(accumulator: Accumulator) -> None:
    label = {"queue_name": "kafka"}
    accumulator.set("queue_size", label, 7)
    failed = accumulator.take()
    accumulator.set("queue_size", label, 3)
    accumulator.put_back(failed)

    assert samples(accumulator) == {("queue_size", ""): 3}


def test_label_sets_beyond_the_limit_are_counted_and_not_kept(accumulator: Accumulator) -> None:
    for number in range(15):
        accumulator.count("celery_tasks_total", {"task": str(number), "state": "success"}, 1)

    deltas = accumulator.take()

    assert len(deltas.counters) == 10
    assert deltas.drops == {SERIES_LIMIT: 5}


def test_the_limit_holds_for_the_life_of_the_process_not_for_one_flush() -> None:
    accumulator = Accumulator(limit=1)
    accumulator.count("celery_tasks_total", {"task": "a", "state": "success"}, 1)
    accumulator.take()

    accumulator.count("celery_tasks_total", {"task": "b", "state": "success"}, 1)
    accumulator.count("celery_tasks_total", {"task": "a", "state": "success"}, 1)

    assert samples(accumulator) == {("celery_tasks_total", ""): 1, (DROPS, SERIES_LIMIT): 1}


@pytest.mark.parametrize("value", [-0.1, -math.inf, math.inf, math.nan])
def test_a_count_that_is_no_increment_is_refused(accumulator: Accumulator, value: float) -> None:
    accumulator.count("http_requests_total", REQUEST, value)

    assert samples(accumulator) == {(DROPS, INVALID_VALUE): 1}


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_is_neither_observed_nor_measured(
    accumulator: Accumulator, value: float
) -> None:
    accumulator.observe("db_query_duration_ms", QUERY, value)
    accumulator.set("queue_size", {"queue_name": "kafka"}, value)

    assert samples(accumulator) == {(DROPS, INVALID_VALUE): 2}


def test_a_metric_written_as_another_type_is_refused(accumulator: Accumulator) -> None:
    accumulator.count("db_query_duration_ms", QUERY, 1)
    accumulator.observe("http_requests_total", REQUEST, 1)
    accumulator.set("http_requests_total", REQUEST, 1)
    accumulator.observe("db_query_duration_ms_sum", QUERY, 1)

    assert samples(accumulator) == {(DROPS, UNKNOWN_METRIC): 4}


def test_drops_from_elsewhere_are_counted_by_reason(accumulator: Accumulator) -> None:
    accumulator.drop("refused", 3)
    accumulator.drop("refused", 1)

    assert samples(accumulator) == {(DROPS, "refused"): 4}


def test_no_increment_is_lost_between_threads() -> None:
    accumulator = Accumulator(limit=10)
    taken: list[Deltas] = []

    def work() -> None:
        for number in range(2_000):
            accumulator.count("http_requests_total", REQUEST, 1)
            accumulator.observe("db_query_duration_ms", QUERY, number)
            if number % 100 == 0:
                taken.append(accumulator.take())

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for deltas in taken:
        accumulator.put_back(deltas)

    stored = samples(accumulator)
    assert stored["http_requests_total", ""] == 16_000
    assert stored["db_query_duration_ms_bucket", "+Inf"] == 16_000
