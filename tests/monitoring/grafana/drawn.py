"""Stores samples and asks for their curves."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client

from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample, Temporality
from tests.monitoring.clients import API

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def store(
    *minutes_and_values: tuple[float, float],
    metric: str = "cpu",
    service: str = "s",
    end: datetime = NOON,
    **labels: str,
) -> None:
    """Store values so many minutes before the end."""
    samples = [
        Sample(
            metric,
            service,
            value,
            end - minutes * MINUTE,
            MetricType.GAUGE,
            labels,
            Temporality.CUMULATIVE,
        )
        for minutes, value in minutes_and_values
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=end)


def post_query(body: object) -> Any:
    """Post a query from a trusted address."""
    return Client().post(f"{API}/grafana/query", data=body, content_type="application/json")


def answer(body: object) -> Any:
    """Return what a query that must be understood is answered."""
    response = post_query(body)
    assert response.status_code == 200, response.content
    return response.json()


def points(curve: Any) -> list[tuple[float, Any]]:
    """Return minutes before noon and values."""
    return [((NOON.timestamp() * 1_000 - at) / 60_000, value) for value, at in curve["datapoints"]]
