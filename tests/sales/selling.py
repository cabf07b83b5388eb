"""Sales as services push them: increments of counters, stored through the one door."""

from datetime import datetime

from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample, Temporality

TICKETS, REVENUE = "tickets_sold_total", "revenue_total_cents"


def sell(
    metric: str,
    number: float,
    at: datetime,
    *,
    service: str = "ticket-service",
    temporality: Temporality = Temporality.DELTA,
    **labels: str,
) -> None:
    """Push one increment, or a total, of a counter."""
    sample = Sample(metric, service, number, at, MetricType.COUNTER, labels, temporality)
    assert ingest([sample], origin=Origin.PUSH, at=at).stored == 1


def say(metric: str, value: float, at: datetime, *, service: str, **labels: str) -> None:
    """Push one value of a gauge."""
    sample = Sample(metric, service, value, at, MetricType.GAUGE, labels)
    assert ingest([sample], origin=Origin.PUSH, at=at).stored == 1
