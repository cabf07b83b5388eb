"""Histories of probes as rows."""

from collections.abc import Iterable
from datetime import UTC, datetime

from health.latency.histogram import LatencyHistogram
from health.models import HealthCursor, PerformanceRollup, ServiceHealth, SlaBucket
from health.sla.accounting import Mark

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def probe_rows(
    service: str, history: Iterable[Mark], *, response_time_ms: int | None = 40
) -> list[ServiceHealth]:
    """Store one row for each mark; a probe that failed has no response time."""
    return ServiceHealth.objects.bulk_create(
        ServiceHealth(
            service_name=service,
            status=mark.status,
            checked_at=mark.at,
            failed=mark.failed,
            behind="" if mark.known else "api-gateway-service",
            holds_seconds=round(mark.holds.total_seconds()),
            response_time_ms=None if mark.failed else response_time_ms,
        )
        for mark in history
    )


def bucket(at: datetime = NOON, service: str = "payment") -> SlaBucket:
    return SlaBucket.objects.get(service_name=service, starts_at=at)


def since(at: datetime) -> None:
    """Let everything before the instant be written."""
    HealthCursor.objects.update_or_create(name="sla_buckets", defaults={"at": at})


def requests(at: datetime, count: int, failed: int, *latencies: float) -> None:
    PerformanceRollup.objects.create(
        service_name="payment-service",
        endpoint="/pay",
        method="POST",
        starts_at=at,
        width_seconds=60,
        requests=count,
        server_errors=failed,
        latency=LatencyHistogram.of(latencies).to_json(),
    )
