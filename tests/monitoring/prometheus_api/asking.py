"""Requests to the Prometheus API, and samples to ask for."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.test import Client

from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample, Temporality
from tests.monitoring.clients import API

BASE = f"{API}/prometheus/api/v1"


def get(path: str, client: Client | None = None, /, **parameters: Any) -> Any:
    return (client or Client()).get(f"{BASE}/{path}", _named(parameters))


def post(path: str, client: Client | None = None, /, **parameters: Any) -> Any:
    """Send a form, as Grafana does."""
    form = urlencode(_named(parameters), doseq=True)
    content_type = "application/x-www-form-urlencoded"
    return (client or Client()).post(f"{BASE}/{path}", form, content_type=content_type)


def _named(parameters: dict[str, Any]) -> dict[str, Any]:
    return {"match[]" if name == "match" else name: value for name, value in parameters.items()}


def store(
    now: datetime, metric: str, values: Sequence[float], *, service: str = "s", **labels: str
) -> None:
    """Store values a minute apart, the last one at `now`."""
    last = len(values) - 1
    samples = [
        Sample(
            metric,
            service,
            value,
            now - timedelta(minutes=last - place),
            MetricType.GAUGE,
            labels,
            Temporality.CUMULATIVE,
        )
        for place, value in enumerate(values)
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=now)
