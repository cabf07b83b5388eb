"""OTLP metrics: each kind of data point becomes the samples that this store knows."""

from datetime import UTC, datetime
from typing import Any

import pytest

from monitoring.ingest.formats.otlp import counts_increments
from monitoring.types import MetricType, Sample, Temporality
from tests.monitoring.ingest.formats.otlp_documents import (
    CUMULATIVE,
    DELTA,
    attribute,
    counter,
    gauge,
    histogram,
    point,
    read,
    samples,
)


def test_a_gauge_is_a_level() -> None:
    parsed = read(gauge(point(attribute("http.route", stringValue="/x"), asDouble=1.5)))

    assert samples(parsed) == [
        Sample(
            metric="queue_depth",
            service="shop",
            value=1.5,
            at=datetime(2026, 3, 5, 12, 0, 0, 1_000, tzinfo=UTC),
            type=MetricType.GAUGE,
            labels={"http_route": "/x"},
            temporality=Temporality.CUMULATIVE,
        )
    ]


@pytest.mark.parametrize(
    ("temporality", "monotonic", "kind", "meaning"),
    [
        (DELTA, True, MetricType.COUNTER, Temporality.DELTA),
        (CUMULATIVE, True, MetricType.COUNTER, Temporality.CUMULATIVE),
        (CUMULATIVE, False, MetricType.GAUGE, Temporality.CUMULATIVE),
    ],
)
def test_a_sum_is_a_counter_if_it_only_grows(
    temporality: int,
    *,
    monotonic: bool,
    kind: MetricType,
    meaning: Temporality,
) -> None:
    parsed = read(counter(temporality, point(asInt="7"), monotonic=monotonic))

    (sample,) = samples(parsed)
    assert (sample.metric, sample.value, sample.type, sample.temporality) == (
        *("jobs", 7.0),
        *(kind, meaning),
    )
    assert counts_increments(parsed) is (temporality == DELTA)


@pytest.mark.parametrize(
    ("metric", "why"),
    [
        (counter(DELTA, point(asInt="7"), monotonic=False), "must be sent as cumulative"),
        (counter(0, point(asInt="7")), "whether it is delta or cumulative"),
        (histogram(0, count="1"), "whether it is delta or cumulative"),
        (
            {
                "name": "x",
                "exponentialHistogram": {"dataPoints": [point(count="1")]},
            },
            "exponential histograms are not stored",
        ),
        (
            histogram(2, count="3", bucketCounts=["1", "2"], explicitBounds=[1, 2]),
            "one count more than bounds",
        ),
        (
            histogram(2, count="3", bucketCounts=["1", "1", "1"], explicitBounds=[2, 1]),
            "finite and ascend",
        ),
        (
            histogram(2, count="3", bucketCounts=["1", "1", "1"], explicitBounds=[1, 1]),
            "finite and ascend",
        ),
        (
            histogram(2, count="3", bucketCounts=["1", "2"], explicitBounds=["Infinity"]),
            "finite and ascend",
        ),
    ],
)
def test_what_cannot_be_stored_is_refused_by_its_number(metric: dict[str, Any], why: str) -> None:
    parsed = read(gauge(point(asInt="1")), metric, gauge(point(asInt="2")))

    assert [error.index for error in parsed.errors] == [1]
    assert why in parsed.errors[0].message
    assert list(parsed.items) == [0, 2]
    assert parsed.wire.values.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("temporality", [DELTA, CUMULATIVE])
def test_a_histogram_becomes_cumulative_buckets_sum_and_count(temporality: int) -> None:
    metric = histogram(
        temporality, count="6", sum=4.5, bucketCounts=["1", "2", "3"], explicitBounds=[0.5, 10]
    )

    parsed = read(metric)

    parts = [(sample.metric, dict(sample.labels), sample.value) for sample in samples(parsed)]
    assert parts == [
        ("rpc_duration_bucket", {"le": "0.5"}, 1.0),
        ("rpc_duration_bucket", {"le": "10"}, 3.0),
        ("rpc_duration_bucket", {"le": "+Inf"}, 6.0),
        ("rpc_duration_sum", {}, 4.5),
        ("rpc_duration_count", {}, 6.0),
    ]
    assert {(sample.type, sample.temporality) for sample in samples(parsed)} == {
        (MetricType.HISTOGRAM, [Temporality.DELTA, Temporality.CUMULATIVE][temporality - 1])
    }
    assert set(parsed.items) == {0}


def test_a_histogram_without_buckets_has_the_one_that_holds_all() -> None:
    parts = [(sample.metric, sample.value) for sample in samples(read(histogram(2, count="6")))]

    assert parts == [("rpc_duration_bucket", 6.0), ("rpc_duration_count", 6.0)]


def test_a_summary_becomes_quantiles_sum_and_count() -> None:
    quantiles = [{"quantile": 0.5, "value": 3}, {"quantile": 1, "value": 9}]
    data = {"dataPoints": [point(count="4", sum=20, quantileValues=quantiles)]}

    parsed = read({"name": "rpc", "summary": data})

    parts = [(sample.metric, dict(sample.labels), sample.value) for sample in samples(parsed)]
    assert parts == [
        ("rpc", {"quantile": "0.5"}, 3.0),
        ("rpc", {"quantile": "1"}, 9.0),
        ("rpc_sum", {}, 20.0),
        ("rpc_count", {}, 4.0),
    ]
    assert {sample.type for sample in samples(parsed)} == {MetricType.SUMMARY}
