"""OTLP requests as the documents of their JSON encoding, and what is read from them."""

from typing import Any

from google.protobuf import json_format
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)

from monitoring.ingest.formats.otlp import parse
from monitoring.ingest.formats.parsed import Parsed
from monitoring.types import Sample
from tests.monitoring.ingest.formats.encoding import sender

AT_MS = 1_772_712_000_001
NANOSECONDS = str(AT_MS * 1_000_000 + 999_999)
DELTA, CUMULATIVE = 1, 2


def attribute(name: str, **value: Any) -> dict[str, Any]:
    return {"key": name, "value": value}


def point(*attributes: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"timeUnixNano": NANOSECONDS, "attributes": list(attributes), **fields}


def request(*metrics: dict[str, Any], resource: list[dict[str, Any]] | None = None) -> Any:
    service = [attribute("service.name", stringValue="shop")] if resource is None else resource
    document = {
        "resourceMetrics": [
            {"resource": {"attributes": service}, "scopeMetrics": [{"metrics": list(metrics)}]}
        ]
    }
    return json_format.ParseDict(document, ExportMetricsServiceRequest())


def read(*metrics: dict[str, Any], most_samples: int = 100, **about: Any) -> Parsed:
    resource = about.pop("resource", None)
    return parse(request(*metrics, resource=resource), sender(**about), most_samples=most_samples)


def samples(parsed: Parsed) -> list[Sample]:
    return [parsed.wire.describe(position) for position in range(len(parsed.wire))]


def gauge(*points: dict[str, Any], name: str = "queue.depth") -> dict[str, Any]:
    return {"name": name, "gauge": {"dataPoints": list(points)}}


def counter(temporality: int, *points: dict[str, Any], monotonic: bool = True) -> dict[str, Any]:
    data = {
        "dataPoints": list(points),
        "aggregationTemporality": temporality,
        "isMonotonic": monotonic,
    }
    return {"name": "jobs", "sum": data}


def histogram(temporality: int, **fields: Any) -> dict[str, Any]:
    data = {"dataPoints": [point(**fields)], "aggregationTemporality": temporality}
    return {"name": "rpc.duration", "histogram": data}
