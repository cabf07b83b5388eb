"""The stored samples as a source: which series, which span, and label sets that are remembered."""

from datetime import datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from monitoring.prometheus_api.source import LabelSets, StoredSource
from monitoring.promql.engine import Limits, instant_query
from monitoring.promql.errors import TooManySamplesError
from monitoring.promql.labels import labels_of
from monitoring.promql.parsing import parse_selector
from monitoring.storage.instants import to_ms
from monitoring.types import MetricType, SeriesRef
from tests.monitoring.prometheus_api.asking import store


def ref(number: int, **labels: str) -> SeriesRef:
    return SeriesRef(number, "cpu", "api", MetricType.GAUGE, labels)


def test_label_sets_are_made_once_and_anew_for_another_series_of_that_number() -> None:
    known = LabelSets(10)
    first = ref(1, host="a")

    assert known.of(first) == (("__name__", "cpu"), ("host", "a"), ("service_name", "api"))
    assert known.of(first) is known.of(first)
    assert dict(known.of(ref(1, host="b")))["host"] == "b"


def test_label_sets_are_forgotten_when_there_are_too_many() -> None:
    known = LabelSets(2)
    refs = [ref(number, host=str(number)) for number in range(3)]
    before = [known.of(each) for each in refs]

    assert known.of(refs[2]) is before[2]
    assert known.of(refs[0]) is not before[0]


@pytest.mark.django_db
def test_the_newest_are_the_last_of_what_is_selected(now: datetime) -> None:
    store(now, "cpu", [1, 2, 3], host="a")
    store(now - timedelta(hours=1), "cpu", [9], host="b")
    source = StoredSource(max_samples=100, restricted=True)
    span = to_ms(now - timedelta(minutes=5)), to_ms(now - timedelta(minutes=1))

    before = source.newest(parse_selector("cpu"), *span)
    ever = source.newest(parse_selector("cpu"), -1, 10**18)

    assert (before.labels, before.values.tolist()) == (
        [labels_of({"__name__": "cpu", "host": "a", "service_name": "s"})],
        [2.0],
    )
    assert [dict(labels)["host"] for labels in ever.labels] == ["a", "b"]
    assert (ever.starts.tolist(), ever.values.tolist()) == ([0, 1, 2], [3.0, 9.0])


@pytest.mark.django_db
def test_the_newest_are_not_told_to_whom_the_metric_is_hidden(now: datetime) -> None:
    store(now, "fraud_bot_attempts", [1])

    hidden = StoredSource(max_samples=100, restricted=False)

    assert hidden.newest(parse_selector("fraud_bot_attempts"), 0, to_ms(now)).labels == []


@pytest.mark.django_db
def test_more_than_the_limit_is_refused_where_the_past_has_to_be_read(now: datetime) -> None:
    store(now, "cpu", [1, 2, 3, 4])
    source = StoredSource(max_samples=2, restricted=True)

    assert source.newest(parse_selector("cpu"), 0, to_ms(now)).values.tolist() == [4.0]
    with pytest.raises(TooManySamplesError):
        source.newest(parse_selector("cpu"), 0, to_ms(now) - 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("query", "statements"),
    [("cpu", 1), ("cpu + cpu", 1), ("cpu / (cpu offset 1m)", 2), ("sum_over_time(cpu[3m])", 2)],
)
def test_a_query_looks_once_at_what_is_not_sealed(
    now: datetime,
    query: str,
    statements: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    store(now, "cpu", [1, 2, 3])

    def ask() -> object:
        source = StoredSource(max_samples=100, restricted=True)
        limits = Limits(max_samples=100)
        return instant_query(query, source=source, at_ms=to_ms(now), limits=limits)

    ask()
    with django_assert_num_queries(statements):
        ask()


@pytest.mark.django_db
def test_only_series_with_samples_in_the_span_are_returned(now: datetime) -> None:
    store(now - timedelta(hours=1), "cpu", [1, 2], host="a")
    store(now, "cpu", [3], host="b")
    source = StoredSource(max_samples=100, restricted=True)

    columns = source.select(parse_selector("cpu"), to_ms(now) - 1_000, to_ms(now))

    assert [dict(labels)["host"] for labels in columns.labels] == ["b"]
    assert (columns.starts.tolist(), columns.values.tolist()) == ([0, 1], [3.0])
    assert len(source.labels(parse_selector("cpu"))) == 2
