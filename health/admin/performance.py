"""Request performance in the admin, to read only: single requests, and what they add up to."""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from health.admin.service_look import STYLES
from health.latency.histogram import LatencyHistogram
from health.models import PerformanceMetric, PerformanceRollup
from health.performance.apdex import apdex
from health.performance.parts import MINUTE

if TYPE_CHECKING:
    MetricAdminBase = admin.ModelAdmin[PerformanceMetric]
    RollupAdminBase = admin.ModelAdmin[PerformanceRollup]
else:
    MetricAdminBase = RollupAdminBase = admin.ModelAdmin


class ReadOnly:
    """Nobody writes here by hand: the numbers are what was measured."""

    show_full_result_count = False
    list_per_page = 100

    class Media:
        css = STYLES

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say no."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Say no: retention deletes."""
        return False


@admin.register(PerformanceMetric)
class PerformanceMetricAdmin(ReadOnly, MetricAdminBase):
    """Single requests; of this service's own those that failed or were slow."""

    list_display = (
        "timestamp",
        "service_name",
        "method",
        "endpoint",
        "response_time_ms",
        "status_code",
    )
    actions = None
    list_filter = ("service_name", "method", "timestamp")
    search_fields = ("endpoint",)
    date_hierarchy = "timestamp"


@admin.register(PerformanceRollup)
class PerformanceRollupAdmin(ReadOnly, RollupAdminBase):
    """Requests of one endpoint in one span."""

    list_display = (
        "starts_at",
        "service_name",
        "endpoint_with_method",
        "requests",
        "failed",
        "p95",
        "contentment",
        "minutes",
        "told_by",
    )
    actions = None
    list_filter = ("source", "service_name", "starts_at")
    search_fields = ("endpoint",)
    date_hierarchy = "starts_at"

    @admin.display(description="endpoint", ordering="endpoint")
    def endpoint_with_method(self, rollup: PerformanceRollup) -> str:
        """Return the method before the path, in one column."""
        return f"{rollup.method} {rollup.endpoint}"

    @admin.display(description="5xx", ordering="server_errors")
    def failed(self, rollup: PerformanceRollup) -> int:
        """Return how many were answered 5xx."""
        return rollup.server_errors

    @admin.display(description="by", ordering="source")
    def told_by(self, rollup: PerformanceRollup) -> str:
        """Return in one word where the numbers come from; the filter says more."""
        return rollup.source

    @admin.display(description="minutes", ordering="width_seconds")
    def minutes(self, rollup: PerformanceRollup) -> str:
        """Return how long the span is."""
        return f"{rollup.width_seconds / MINUTE.total_seconds():g}"

    @admin.display(description="p95 (ms)")
    def p95(self, rollup: PerformanceRollup) -> str | None:
        """Return what 95 % of the requests stayed within."""
        p95 = LatencyHistogram.from_json(rollup.latency).quantile(0.95)
        return None if p95 is None else f"{p95:,.1f}"

    @admin.display(description="apdex")
    def contentment(self, rollup: PerformanceRollup) -> str | None:
        """Return the apdex of the span."""
        score = apdex(rollup.satisfied, rollup.tolerating, rollup.requests)
        return None if score is None else f"{score:.2f}"
