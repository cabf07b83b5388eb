"""Uptime in the admin, to read only: days, and the 5-minute buckets that they are made of."""

from django.contrib import admin

from health.admin.history import ReadOnlyAdmin
from health.models import SlaBucket, SlaMetric


def _seconds(milliseconds: int) -> str:
    return f"{milliseconds / 1_000:,.3f}".rstrip("0").rstrip(".")


def _with_failed(count: int, failed: int) -> str:
    return f"{count:,}, {failed:,} failed" if failed else f"{count:,}"


class SpansAdmin(ReadOnlyAdmin):
    """Columns that days and buckets share, in seconds."""

    actions = None

    @admin.display(description="down (s)", ordering="down_ms")
    def down(self, row: "SlaBucket | SlaMetric") -> str:
        return _seconds(row.down_ms)

    @admin.display(description="unknown (s)", ordering="unknown_ms")
    def unknown(self, row: "SlaBucket | SlaMetric") -> str:
        return _seconds(row.unknown_ms)

    @admin.display(description="planned (s)", ordering="maintenance_ms")
    def planned(self, row: "SlaBucket | SlaMetric") -> str:
        return _seconds(row.maintenance_ms)


@admin.register(SlaMetric)
class SlaMetricAdmin(SpansAdmin):
    """Days as the midnight task wrote them."""

    list_display = (
        "period_start",
        "service_name",
        "uptime_percentage",
        "response_time_p95",
        "response_time_p99",
        "latency_source",
        "violations",
        "down",
        "unknown",
        "planned",
    )
    list_filter = ("service_name", "period_start")
    search_fields = ("service_name",)
    date_hierarchy = "period_start"


@admin.register(SlaBucket)
class SlaBucketAdmin(SpansAdmin):
    """Five minutes each: what a violation was."""

    list_display = (
        "starts_at",
        "service_name",
        "down",
        "unknown",
        "planned",
        "asked",
        "answered",
        "violation",
    )
    ordering = ("-starts_at", "service_name")
    list_filter = ("misses_availability", "misses_latency", "starts_at")
    search_fields = ("=service_name",)
    date_hierarchy = "starts_at"

    @admin.display(description="probes", ordering="failed_probes")
    def asked(self, bucket: SlaBucket) -> str:
        return _with_failed(bucket.probes, bucket.failed_probes)

    @admin.display(description="requests", ordering="failed_requests")
    def answered(self, bucket: SlaBucket) -> str:
        return _with_failed(bucket.requests, bucket.failed_requests)

    @admin.display(description="violation")
    def violation(self, bucket: SlaBucket) -> str:
        missed = {"availability": bucket.misses_availability, "latency": bucket.misses_latency}
        return " and ".join(name for name, is_missed in missed.items() if is_missed) or "none"
