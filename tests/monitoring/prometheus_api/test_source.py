"""The stored samples as a source: which series, which span, and label sets that are remembered."""

from datetime import datetime, timedelta

import pytest

from monitoring.prometheus_api.source import LabelSets, StoredSource
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
def test_only_series_with_samples_in_the_span_are_returned(now: datetime) -> None:
    store(now - timedelta(hours=1), "cpu", [1, 2], host="a")
    store(now, "cpu", [3], host="b")
    source = StoredSource(max_samples=100, restricted=True)

    columns = source.select(parse_selector("cpu"), to_ms(now) - 1_000, to_ms(now))

    assert [dict(labels)["host"] for labels in columns.labels] == ["b"]
    assert (columns.starts.tolist(), columns.values.tolist()) == ([0, 1], [3.0])
    assert len(source.labels(parse_selector("cpu"))) == 2
