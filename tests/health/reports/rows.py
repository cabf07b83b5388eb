"""Rows that reports are made of: buckets, flips, roll-ups, and reports themselves."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from health.latency.histogram import LatencyHistogram
from health.models import (
    PerformanceRollup,
    Report,
    ReportDelivery,
    ReportFile,
    ReportSubscription,
    SlaBucket,
    WatchedService,
)
from tests.health.factories import WatchedServiceFactory

FIVE = timedelta(minutes=5)
BUCKET_MS = 300_000
FIRST = datetime(2026, 10, 1, tzinfo=UTC)
AFTER = datetime(2026, 10, 2, tzinfo=UTC)
LONG_AFTER = datetime(2026, 11, 2, 12, tzinfo=UTC)


def watched(name: str = "payment", *, since: datetime = FIRST, **fields: Any) -> WatchedService:
    """Return a service that is watched since an instant."""
    service = WatchedServiceFactory.create(name=name, **fields)
    WatchedService.objects.filter(pk=name).update(created_at=since)
    service.refresh_from_db()
    return service


def buckets(
    name: str, start: datetime, end: datetime, odd: Mapping[datetime, Mapping[str, int]]
) -> None:
    """Store the buckets of a service that was up but for what is odd: spans in ms by the begin of a bucket."""
    latency = LatencyHistogram.of([100.0] * 9 + [400.0]).to_json()
    rows, at = [], start
    while at < end:
        spans = odd.get(at, {})
        rows.append(
            SlaBucket(
                service_name=name,
                starts_at=at,
                up_ms=BUCKET_MS - sum(spans.values()),
                **spans,
                probes=10,
                probe_latency=latency,
                misses_availability=spans.get("down_ms", 0) > 300,
            )
        )
        at += FIVE
    SlaBucket.objects.bulk_create(rows)


def requests(service_name: str, at: datetime, times: list[float], *, failed: int = 0) -> None:
    """Store requests of one endpoint that were measured in one minute."""
    PerformanceRollup.objects.create(
        service_name=service_name,
        endpoint="/pay",
        method="POST",
        starts_at=at,
        width_seconds=60,
        requests=len(times),
        server_errors=failed,
        satisfied=sum(time <= 500 for time in times),
        total_ms=sum(times),
        slowest_ms=max(times),
        latency=LatencyHistogram.of(times).to_json(),
    )


def report(**fields: Any) -> Report:
    """Return a report that waits; one of a day by the schedule unless a field says otherwise."""
    day = {"kind": "sla", "period": "daily", "start": FIRST, "end": AFTER}
    return Report.objects.create(**{**day, **fields})


def done_report(data: Mapping[str, Any], **fields: Any) -> Report:
    """Return a report that is done, with a file."""
    made = report(status="done", progress=1, data=dict(data), finished_at=LONG_AFTER, **fields)
    for name in ("pdf", "html"):
        ReportFile.objects.create(report=made, format=name, content=b"<p>file</p>", sha256="f" * 64)
    return made


def subscribed(email: str = "ana@example.org", **fields: Any) -> ReportSubscription:
    """Return who gets the daily SLA report."""
    wanted = {"email": email, "kind": "sla", "period": "daily"}
    return ReportSubscription.objects.create(**{**wanted, **fields})


def owed(made: Report, email: str = "ana@example.org") -> ReportDelivery:
    """Return a delivery that is due."""
    return ReportDelivery.objects.create(report=made, email=email, format="pdf")
