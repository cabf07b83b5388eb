"""Newest values, names and the choice of series."""

from datetime import timedelta

import pytest

from monitoring.query.latest import latest_values
from monitoring.query.names import metric_names
from monitoring.query.series import matching_series
from monitoring.storage.instants import EPOCH
from monitoring.storage.sealing import seal
from monitoring.types import LatestValue, MetricType, SeriesRef
from tests.monitoring.factories import (
    NOON,
    LatestFactory,
    MetricFactory,
    SeriesFactory,
    counter,
    gauge,
)
from tests.monitoring.ingest.pushing import push

pytestmark = pytest.mark.django_db


def test_a_latest_value_says_all_about_its_series() -> None:
    row = LatestFactory.create(series__labels={"hostname": "server1"}, value=45.2)

    assert latest_values() == [
        LatestValue(
            SeriesRef(
                row.series.pk,
                "system_cpu_usage_percent",
                "payment-service",
                MetricType.GAUGE,
                {"hostname": "server1"},
            ),
            45.2,
            NOON,
        )
    ]


def test_latest_values_are_ordered_by_metric_service_and_labels() -> None:
    for metric, service, host in [
        ("b", "x", "1"),
        ("a", "y", "1"),
        ("a", "x", "2"),
        ("a", "x", "1"),
    ]:
        push(gauge(1, metric=metric, service=service, host=host))

    found = [value.series for value in latest_values()]

    assert [(each.metric, each.service, each.labels["host"]) for each in found] == [
        ("a", "x", "1"),
        ("a", "x", "2"),
        ("a", "y", "1"),
        ("b", "x", "1"),
    ]
    assert latest_values(limit=2) == latest_values()[:2]
    assert latest_values(limit=0) == []


def test_latest_values_can_be_of_some_metrics_one_service_or_young() -> None:
    push(
        gauge(1, metric="a", at=NOON - timedelta(minutes=5)), gauge(2, metric="b", service="other")
    )
    push(gauge(3, metric="c"))

    def values(**asked: object) -> list[float]:
        return [each.value for each in latest_values(**asked)]  # type: ignore[arg-type]

    assert values(metrics=["a", "c", "unheard of"]) == [1, 3]
    assert values(metrics=[]) == []
    assert values(service="other") == [2]
    assert values(since=NOON) == [2, 3]
    assert values(since=NOON - timedelta(minutes=5)) == [1, 2, 3]
    assert values(service="payment-service", since=NOON) == [3]


def test_a_series_without_a_sample_is_not_shown() -> None:
    LatestFactory.create(at=EPOCH, value=0.0)
    push(gauge(1))

    assert [each.value for each in latest_values()] == [1]
    assert [each.value for each in latest_values(since=EPOCH)] == [1]


def test_increments_and_plain_values_are_seen_at_once() -> None:
    push(counter(2), gauge(5))
    assert [each.value for each in latest_values()] == [2, 5]

    push(counter(3), gauge(4, at=NOON - timedelta(seconds=1)))

    assert [each.value for each in latest_values()] == [5, 5]
    push(gauge(4))
    assert [each.value for each in latest_values()] == [5, 4]


def test_sealing_changes_no_newest_value() -> None:
    push(counter(2), gauge(5))
    push(counter(3), gauge(6))
    before = latest_values()

    seal(at=NOON + timedelta(hours=1), is_due=True)

    assert latest_values() == before
    push(gauge(7))
    assert [each.value for each in latest_values()] == [5, 7]


def test_names_are_sorted_and_can_be_searched_in_any_case() -> None:
    push(counter(1), gauge(1, metric="B_percent"), gauge(1, metric="a_percent"))

    assert metric_names() == ["B_percent", "a_percent", "payment_success_total"]
    assert metric_names("PERCENT") == ["B_percent", "a_percent"]
    assert metric_names("%") == []
    assert metric_names("a_p") == ["a_percent"]


def labels_of(**asked: object) -> list[dict[str, str]]:
    given = {"metric": None, "service": None, "matchers": None} | asked
    return [dict(each.labels) for each in matching_series(**given)]  # type: ignore[arg-type]


def test_series_are_chosen_by_metric_service_and_labels() -> None:
    other = MetricFactory.create(name="other")
    SeriesFactory.create(labels={"a": "1", "b": "2"})
    SeriesFactory.create(labels={"a": "1"}, service="event-service")
    SeriesFactory.create(labels={"a": "2"}, metric=other)

    assert labels_of() == [{"a": "2"}, {"a": "1"}, {"a": "1", "b": "2"}]
    assert labels_of(metric="other") == [{"a": "2"}]
    assert labels_of(service="event-service") == [{"a": "1"}]
    assert labels_of(matchers={"a": "1"}) == [{"a": "1"}, {"a": "1", "b": "2"}]
    assert labels_of(matchers={"a": "1", "b": "2"}) == [{"a": "1", "b": "2"}]
    assert labels_of(matchers={"a": "1", "b": ""}) == [{"a": "1"}]
    assert labels_of(matchers={"a": ""}) == []
    assert labels_of(matchers={"service_name": "event-service"}) == [{"a": "1"}]
    assert labels_of(matchers={"service_name": "event-service"}, service="payment-service") == []
    assert labels_of(metric="other", matchers={"a": "1"}) == []
