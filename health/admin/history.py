"""What was found about watched services, in the admin: to read only."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.http import HttpRequest

from health.models import ServiceFlip, ServiceHealth

if TYPE_CHECKING:
    ReadOnlyBase = admin.ModelAdmin[Any]
else:
    ReadOnlyBase = admin.ModelAdmin


class ReadOnlyAdmin(ReadOnlyBase):
    """Rows that are written by probes alone."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(ServiceHealth)
class ServiceHealthAdmin(ReadOnlyAdmin):
    """The history of probes."""

    list_display = ("checked_at", "service_name", "status", "response_time_ms", "error_message")
    list_filter = ("status", "failed", "service_name", "checked_at")
    search_fields = ("service_name", "error_message")
    date_hierarchy = "checked_at"


@admin.register(ServiceFlip)
class ServiceFlipAdmin(ReadOnlyAdmin):
    """Changes of status, kept when the probes around them are gone."""

    list_display = ("at", "service_name", "was", "status", "behind", "error_message")
    list_filter = ("status", "service_name", "at")
    search_fields = ("service_name", "error_message")
    date_hierarchy = "at"
