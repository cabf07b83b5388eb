"""Watched services and their history in the admin."""

from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from health.models import ServiceHealth, WatchedService
from health.selectors import service_reports
from health.services import probing

if TYPE_CHECKING:
    WatchedServiceAdminBase = admin.ModelAdmin[WatchedService]
    ServiceHealthAdminBase = admin.ModelAdmin[ServiceHealth]
else:
    WatchedServiceAdminBase = ServiceHealthAdminBase = admin.ModelAdmin


@admin.register(WatchedService)
class WatchedServiceAdmin(WatchedServiceAdminBase):
    """What is probed; disable a service to stop its probes and its alerts."""

    list_display = ("name", "service_name", "probed_at_address", "standing", "enabled")
    list_filter = ("enabled",)
    search_fields = ("name", "service_name", "url")
    actions = ("enable", "disable", "probe_now")

    @admin.display(description="address", ordering="url")
    def probed_at_address(self, service: WatchedService) -> str:
        return service.address or "none: set a URL"

    @admin.display(description="last probe")
    def standing(self, service: WatchedService) -> str | SafeString:
        reports = {report.service: report for report in service_reports(at=timezone.now())}
        report = reports.get(service.name)
        if report is None:
            return "not probed: disabled"
        return format_html(
            '<span class="status status-{}">{}</span> {}', report.level, report.level, report.error
        )

    @admin.action(description="Enable the selected services")
    def enable(self, request: HttpRequest, selected: QuerySet[WatchedService]) -> None:
        changed = selected.update(enabled=True)
        self.message_user(request, f"Probed again: {changed} of the selected services.")

    @admin.action(description="Disable the selected services")
    def disable(self, request: HttpRequest, selected: QuerySet[WatchedService]) -> None:
        changed = selected.update(enabled=False)
        self.message_user(
            request, f"No longer probed: {changed} of the selected services.", messages.WARNING
        )

    @admin.action(description="Probe all enabled services now")
    def probe_now(self, request: HttpRequest, selected: QuerySet[WatchedService]) -> None:
        rows = probing.probe_services(at=timezone.now())
        healthy = sum(row.status == ServiceHealth.Status.HEALTHY for row in rows)
        self.message_user(request, f"Probed: {len(rows)}, healthy: {healthy}.")


@admin.register(ServiceHealth)
class ServiceHealthAdmin(ServiceHealthAdminBase):
    """The history of probes, to read only."""

    list_display = ("checked_at", "service_name", "status", "response_time_ms", "error_message")
    list_filter = ("status", "service_name", "checked_at")
    search_fields = ("service_name", "error_message")
    date_hierarchy = "checked_at"
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ServiceHealth | None = None) -> bool:
        return False
