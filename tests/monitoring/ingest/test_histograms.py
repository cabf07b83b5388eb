"""Observations become increments of buckets, sum and count."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.ingest.histograms import DEFAULT_BUCKETS, buckets_of, expand, le_text
from monitoring.types import MetricType, Sample, Temporality
from tests.monitoring.factories import observation

# Source: "Application Metrics", service specification.
HTTP_BOUNDS = ["10", "50", "100", "200", "500", "1000", "2000", "5000", "+Inf"]


def parts(value: float, metric: str = "http_request_duration_ms") -> dict[tuple[str, str], float]:
    return {
        (one.metric.removeprefix(metric), one.labels.get("le", "")): one.value
        for one in expand(observation(value, metric=metric, route="/pay"))
    }


def test_an_observation_counts_in_every_bucket_from_its_value_up() -> None:
    assert parts(125) == {
        ("", ""): 125.0,
        **{("_bucket", le): float(le not in {"10", "50", "100"}) for le in HTTP_BOUNDS},
        ("_sum", ""): 125.0,
        ("_count", ""): 1.0,
    }


@pytest.mark.parametrize(("value", "counted"), [(50.0, 1.0), (50.000001, 0.0), (49.999999, 1.0)])
def test_a_bound_belongs_to_its_bucket(value: float, counted: float) -> None:
    assert parts(value)["_bucket", "50"] == counted


def test_the_parts_keep_labels_service_and_instant() -> None:
    whole = observation(3, route="/pay")

    for part in expand(whole):
        assert (part.service, part.at, part.type) == (whole.service, whole.at, whole.type)
        assert part.labels["route"] == "/pay"
        assert part.temporality is Temporality.DELTA


def test_a_metric_outside_the_catalogue_has_the_usual_buckets() -> None:
    bounds = [bound for bound, _ in buckets_of("my_own_duration_ms")]

    assert bounds == [1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, math.inf]


def test_a_metric_of_another_type_in_the_catalogue_has_the_usual_buckets() -> None:
    assert len(buckets_of("service_up")) == len(DEFAULT_BUCKETS) + 1


@pytest.mark.parametrize(
    "part",
    [
        observation(7, metric="x_bucket", temporality=Temporality.CUMULATIVE, le="10"),
        observation(7, metric="x_sum"),
        observation(7, metric="x_count"),
    ],
)
def test_a_ready_made_part_passes_unchanged(part: Sample) -> None:
    assert list(expand(part)) == [part]


def test_a_bound_under_the_bare_name_is_a_bucket() -> None:
    part = observation(7, metric="x", temporality=Temporality.CUMULATIVE, le="10")

    (bucket,) = expand(part)

    assert (bucket.metric, bucket.value, bucket.labels) == ("x_bucket", 7, {"le": "10"})
    assert (bucket.type, bucket.temporality) == (MetricType.HISTOGRAM, Temporality.CUMULATIVE)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_spelling_of_a_bound_reads_back_as_the_same_number(bound: float) -> None:
    text = le_text(repr(bound))

    assert text is not None
    assert float(text) == bound
    assert le_text(text) == text


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("2.50", "2.5"),
        ("1e15", "1000000000000000"),
        ("9e15", "9000000000000000"),
        ("1e16", "1e+16"),
    ],
)
def test_a_whole_bound_has_no_fraction_however_large(text: str, spelling: str) -> None:
    assert le_text(text) == spelling
