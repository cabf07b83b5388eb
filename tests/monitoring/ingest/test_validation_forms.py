"""Instants, and the forms that a histogram is pushed in."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from tests.monitoring.factories import NOON
from tests.monitoring.ingest.items import error, item, sample


@pytest.mark.parametrize(
    ("timestamp", "at"),
    [
        ("2025-01-12T11:59:00Z", datetime(2025, 1, 12, 11, 59, tzinfo=UTC)),
        ("2025-01-12T13:59:00.250+02:00", datetime(2025, 1, 12, 11, 59, 0, 250_000, UTC)),
        (1_736_683_140_000, datetime(2025, 1, 12, 11, 59, tzinfo=UTC)),
        (1_736_683_140_000.0, datetime(2025, 1, 12, 11, 59, tzinfo=UTC)),
        ("2025-01-12T12:05:00Z", NOON + timedelta(minutes=5)),
        ("2025-01-11T12:00:00Z", NOON - timedelta(hours=24)),
    ],
)
def test_an_instant_is_iso_8601_with_a_zone_or_milliseconds(
    timestamp: object, at: datetime
) -> None:
    assert sample(item(timestamp=timestamp)).at == at


@pytest.mark.parametrize(
    "timestamp",
    [
        *("2025-01-12T12:05:00.001Z", "2025-01-11T11:59:59.999Z", 1_736_683_140, 10**30, -(10**30)),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
        *("2025-01-12T11:59:00", "noon", "", "2025-13-01T00:00:00Z", "2025-01-12\0"),
        *(True, 1_736_683_140_000.5, math.nan, math.inf, [], {}),
    ],
)
def test_any_other_instant_is_refused(timestamp: object) -> None:
    assert error(item(timestamp=timestamp)).field == "timestamp"


def test_a_naive_instant_is_told_what_it_lacks() -> None:
    assert "zone" in error(item(timestamp="2025-01-12T11:59:00")).message


def histogram(**fields: object) -> dict[str, object]:
    return item(metric_name="http_request_duration_ms", type="histogram", labels={}) | fields


@pytest.mark.parametrize("value", [0, 125, -3.5])
def test_an_observation_is_any_number(value: float) -> None:
    assert sample(histogram(value=value)).value == value


@pytest.mark.parametrize(
    ("le", "text"), [("10", "10"), ("10.0", "10"), ("1e1", "10"), (".5", "0.5"), ("+Inf", "+Inf")]
)
def test_a_bucket_has_its_bound_in_one_spelling(le: str, text: str) -> None:
    named = histogram(metric_name="x_bucket", labels={"le": le, "a": "b"})

    assert sample(named).labels == {"le": text, "a": "b"}
    assert sample(histogram(labels={"le": le})).labels == {"le": text}


@pytest.mark.parametrize(
    "le", ["", "ten", "nan", "inf", "Inf", "-Inf", "1_0", " 10", "1e999", "0x1"]
)
def test_a_bucket_whose_bound_is_no_number_is_refused(le: str) -> None:
    assert error(histogram(metric_name="x_bucket", labels={"le": le})).field == "labels"


def test_a_bucket_without_a_bound_is_refused() -> None:
    assert error(histogram(metric_name="x_bucket")).field == "labels"


@pytest.mark.parametrize("name", ["x_sum", "x_count"])
def test_sum_and_count_have_no_bound(name: str) -> None:
    assert sample(histogram(metric_name=name)).metric == name
    assert error(histogram(metric_name=name, labels={"le": "10"})).field == "labels"


@pytest.mark.parametrize("part", [{"metric_name": "x_count"}, {"labels": {"le": "10"}}])
def test_buckets_and_counts_are_never_negative(part: dict[str, object]) -> None:
    assert error(histogram(value=-1, **part)).field == "value"


def test_a_sum_may_fall() -> None:
    assert sample(histogram(metric_name="x_sum", value=-1)).value == -1


def test_only_the_parts_of_a_histogram_can_be_cumulative() -> None:
    assert sample(histogram(metric_name="x_sum", temporality="cumulative"))
    assert error(histogram(temporality="cumulative")).field == "temporality"


def test_a_summary_is_taken_as_it_is() -> None:
    quantile = item(type="summary", metric_name="x", value=-1, labels={"quantile": "0.9"})

    assert sample(quantile).labels == {"quantile": "0.9"}
