"""What the door refuses, and that it refuses nothing else."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from monitoring.models import Metric
from monitoring.query.latest import latest_values
from monitoring.types import IngestReport, ItemError, MetricType
from tests.monitoring.factories import NOON, counter, gauge, observation
from tests.monitoring.ingest.pushing import curve, only, push

pytestmark = pytest.mark.django_db


def test_the_first_writer_of_a_name_decides_its_type() -> None:
    push(gauge(1, metric="mine"))

    report = push(counter(1, metric="mine"), gauge(2, metric="mine"))

    assert report == IngestReport(
        1, (ItemError(0, "metric mine is a gauge, not a counter", "type"),)
    )


def test_what_is_refused_leaves_a_known_series_as_it_is() -> None:
    push(gauge(5, metric="mine"))

    push(counter(1, metric="mine"))

    assert only().value == 5
    assert curve("mine") == [(NOON, 5)]


def test_within_a_batch_too_the_first_writer_of_a_name_decides_its_type() -> None:
    report = push(counter(1, metric="mine"), gauge(2, metric="mine", a="b"))

    assert [error.index for error in report.rejected] == [1]
    assert Metric.objects.get().type == MetricType.COUNTER


def test_the_catalogue_decides_the_type_of_its_names() -> None:
    report = push(gauge(1, metric="payment_success_total"))

    assert report.rejected == (
        ItemError(0, "metric payment_success_total is a counter, not a gauge", "type"),
    )
    assert not Metric.objects.exists()


def test_the_catalogue_gives_its_names_their_help() -> None:
    push(gauge(1))

    metric = Metric.objects.get()
    assert (metric.unit, metric.labels) == ("percent", ["hostname"])
    assert metric.help


def test_a_sample_is_refused_as_a_whole_if_one_of_its_parts_is() -> None:
    push(gauge(1, metric="mine_sum"))

    report = push(observation(5, metric="mine"), gauge(2, metric="other"))

    assert [(error.index, error.field) for error in report.rejected] == [(0, "type")]
    assert {each.series.metric for each in latest_values()} == {"mine_sum", "other"}


def test_a_sample_that_no_reader_would_find_is_refused() -> None:
    report = push(
        gauge(1, at=NOON - timedelta(hours=24)),
        gauge(2, at=NOON - timedelta(hours=24, milliseconds=1)),
        gauge(3, at=NOON + timedelta(minutes=5)),
        gauge(4, at=NOON + timedelta(minutes=5, milliseconds=1)),
    )

    assert [(error.index, error.field) for error in report.rejected] == [
        (1, "timestamp"),
        (3, "timestamp"),
    ]
    assert [value for _, value in curve("system_cpu_usage_percent")] == [1, 3]


def test_beyond_the_limit_of_a_service_only_its_new_series_are_refused(
    settings: Settings,
) -> None:
    settings.MAX_SERIES_PER_SERVICE = 2
    push(gauge(1, a="1"))

    report = push(
        gauge(2, a="1"),
        gauge(3, a="2"),
        gauge(4, a="3"),
        gauge(5, a="2"),
        gauge(6, service="other"),
    )

    assert [(error.index, error.field) for error in report.rejected] == [(2, "labels")]
    assert "payment-service may have at most 2" in report.rejected[0].message
    assert [value.value for value in latest_values()] == [6, 2, 5]


def test_beyond_the_limit_of_all_only_new_series_are_refused(settings: Settings) -> None:
    settings.MAX_SERIES_TOTAL = 2
    push(gauge(1, service="a"), gauge(2, service="b"))

    report = push(gauge(3, service="a"), gauge(4, service="c"))

    assert [error.index for error in report.rejected] == [1]
    assert [value.value for value in latest_values()] == [3, 2]


def test_an_observation_is_not_stored_by_half_at_the_limit(settings: Settings) -> None:
    settings.MAX_SERIES_PER_SERVICE = 11  # it needs twelve

    report = push(observation(5), gauge(1))

    assert [error.index for error in report.rejected] == [0]
    assert only().series.metric == "system_cpu_usage_percent"


def test_a_service_may_have_as_many_series_as_the_limit_says(settings: Settings) -> None:
    settings.MAX_SERIES_PER_SERVICE = settings.MAX_SERIES_TOTAL = 12

    assert push(observation(5)).rejected == ()
    assert [error.index for error in push(gauge(1)).rejected] == [0]
