"""The door of OpenTelemetry, with its own SDK as the client where that says more."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceResponse,
)
from opentelemetry.sdk.metrics import Counter, Histogram, MeterProvider
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    InMemoryMetricReader,
    MetricExportResult,
    PeriodicExportingMetricReader,
)
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from pytest_django.live_server_helper import LiveServer

from monitoring.ingest.formats.otlp_messages import from_json
from monitoring.types import MetricType
from tests.monitoring.clients import client_of
from tests.monitoring.push_api.doors import OTLP, now_ms, only, stored
from tests.tokens import bearer

JSON, PROTOBUF = "application/json", "application/x-protobuf"


def document(*metrics: dict[str, Any]) -> bytes:
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]}
    scopes = [{"metrics": list(metrics)}]
    body = {"resourceMetrics": [{"resource": resource, "scopeMetrics": scopes}]}
    return json.dumps(body).encode()


def point(value: float, at_ms: int | None = None) -> dict[str, Any]:
    return {"asDouble": value, "timeUnixNano": str((at_ms or now_ms()) * 1_000_000)}


def gauge(*points: dict[str, Any], name: str = "queue.depth") -> dict[str, Any]:
    return {"name": name, "gauge": {"dataPoints": list(points)}}


def delta(*points: dict[str, Any]) -> dict[str, Any]:
    data = {"dataPoints": list(points), "aggregationTemporality": 1, "isMonotonic": True}
    return {"name": "jobs", "sum": data}


def export(body: bytes, content_type: str = JSON, **headers: str) -> Any:
    client = client_of("monitoring")
    return client.generic("POST", OTLP, body, content_type=content_type, headers=headers)


@pytest.mark.django_db
def test_points_in_json_are_stored_and_answered_in_json() -> None:
    at = now_ms()

    answer = export(document(gauge(point(1.5, at))))

    assert (answer.status_code, answer["Content-Type"], answer.json()) == (200, JSON, {})
    assert only("queue_depth").points == [(at, 1.5)]
    assert only("queue_depth").service == "shop"


@pytest.mark.django_db
def test_points_in_protobuf_are_stored_and_answered_in_protobuf() -> None:
    body = from_json(document(gauge(point(1.5)))).SerializeToString()

    answer = export(gzip.compress(body), PROTOBUF, **{"Content-Encoding": "gzip"})

    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, PROTOBUF, b"")
    assert len(only("queue_depth").points) == 1


@pytest.mark.django_db
def test_refused_points_are_counted_in_a_partial_success() -> None:
    exponential = {"name": "x", "exponentialHistogram": {"dataPoints": [point(1)]}}
    body = from_json(
        document(gauge(point(1), point(2, 5)), exponential, gauge(point(3), name="5 odd"))
    ).SerializeToString()

    answer = export(body, PROTOBUF)

    refused = ExportMetricsServiceResponse.FromString(answer.content).partial_success
    assert answer.status_code == 200
    assert refused.rejected_data_points == 2
    assert refused.error_message.startswith("data point 1: ")
    assert [len(stored(name)) for name in ("queue_depth", "_5_odd")] == [1, 1]


@pytest.mark.django_db
def test_increments_add_up_and_a_repeated_request_counts_once() -> None:
    at = now_ms()
    first, second = document(delta(point(3, at))), document(delta(point(4, at + 1)))

    answers = [export(body) for body in (first, second, first, second)]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert [value for _, value in only("jobs").points] == [3.0, 7.0]
    assert only("jobs").type == MetricType.COUNTER


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "content_type", "headers", "status"),
    [
        (b"{}", JSON, {}, 200),
        (b"{}", "application/json; charset=utf-8", {}, 200),
        (b"{", JSON, {}, 400),
        (b"\xff", PROTOBUF, {}, 400),
        (b"{}", "text/plain", {}, 415),
        (b"{}", JSON, {"Content-Encoding": "gzip"}, 400),
        (b"{}", JSON, {"Content-Encoding": "deflate"}, 415),
    ],
)
def test_other_bodies_are_refused(
    body: bytes, content_type: str, headers: dict[str, str], status: int
) -> None:
    assert export(body, content_type, **headers).status_code == status


@pytest.fixture
def exporter(live_server: LiveServer) -> Iterator[OTLPMetricExporter]:
    """The exporter of the OpenTelemetry SDK, counters as increments."""
    yielded = OTLPMetricExporter(
        endpoint=f"{live_server.url}{OTLP}",
        headers=bearer("monitoring"),
        preferred_temporality={
            Counter: AggregationTemporality.DELTA,
            Histogram: AggregationTemporality.CUMULATIVE,
        },
    )
    yield yielded
    yielded.shutdown()


@pytest.mark.django_db(transaction=True)
def test_the_sdk_of_opentelemetry_sends_its_instruments(exporter: OTLPMetricExporter) -> None:
    reader = PeriodicExportingMetricReader(exporter, export_interval_millis=float("inf"))
    view = View(
        instrument_name="rpc.duration",
        aggregation=ExplicitBucketHistogramAggregation([0.5, 10.0]),
    )
    resource = Resource({"service.name": "shop", "service.instance.id": "pod-1"})
    provider = MeterProvider([reader], resource=resource, views=[view])
    meter = provider.get_meter("test")
    jobs, open_carts = meter.create_counter("jobs.done"), meter.create_up_down_counter("carts")
    durations = meter.create_histogram("rpc.duration")

    for value in (0.25, 0.75, 20.0):
        jobs.add(2, {"queue.name": "mail"})
        open_carts.add(-1)
        durations.record(value)
        assert provider.force_flush()
    provider.shutdown()

    labels = {"instance": "pod-1"}
    assert [value for _, value in only("jobs_done").points][-1] == 6.0
    assert only("jobs_done").labels == {**labels, "queue_name": "mail"}
    assert [value for _, value in only("carts").points][:3] == [-1.0, -2.0, -3.0]
    assert only("carts").type == MetricType.GAUGE
    buckets = {each.labels["le"]: each.points[-1][1] for each in stored("rpc_duration_bucket")}
    assert buckets == {"0.5": 1.0, "10": 2.0, "+Inf": 3.0}
    assert only("rpc_duration_sum").points[-1][1] == 21.0
    assert only("rpc_duration_count").service == "shop"


@pytest.mark.django_db(transaction=True)
def test_the_sdk_takes_a_refused_token_for_a_failure(live_server: LiveServer) -> None:
    exporter = OTLPMetricExporter(endpoint=f"{live_server.url}{OTLP}", headers=bearer("user"))
    reader = InMemoryMetricReader()
    MeterProvider([reader]).get_meter("test").create_counter("jobs").add(1)
    data = reader.get_metrics_data()
    assert data is not None

    result = exporter.export(data)

    exporter.shutdown()
    assert result is MetricExportResult.FAILURE
    assert stored("jobs") == []
