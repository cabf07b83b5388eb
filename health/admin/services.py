"""Watched services in the admin; every write goes through the services."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.postgres.forms import SimpleArrayField
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString

from alerts.admin.acts import Act, Acts
from alerts.admin.refusals import RefusingForm
from health.admin import service_look as look
from health.admin.service_form import KIND_FIELDS, NEEDS, WatchedServiceForm
from health.models import ServiceHealth, WatchedService
from health.models.watched_service import Kind
from health.services import probing
from health.services import watched_services as services

if TYPE_CHECKING:
    Fieldset = tuple[str | None, dict[str, Any]]

_BESIDE = ("standing", "certificate", "days", "flips")


class TagListFilter(admin.SimpleListFilter):
    """Services of one tag."""

    title = "tag"
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the tags that there are."""
        found = WatchedService.objects.exclude(tags=[]).values_list("tags", flat=True)
        return [(tag, tag) for tag in sorted({tag for tags in found for tag in tags})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        tag = self.value()
        return queryset.filter(tags__contains=[tag]) if tag else queryset


@admin.register(WatchedService)
class WatchedServiceAdmin(Acts, RefusingForm):
    """What is probed, or expected to call; disable a service to stop its probes and its alerts."""

    form = WatchedServiceForm
    list_display = (
        "name",
        "standing",
        "kind",
        "probed_at_address",
        "certificate",
        "owner",
        "enabled",
    )
    list_filter = ("enabled", "kind", "state__status", TagListFilter, "owner", "is_public")
    list_select_related = ("state",)
    search_fields = ("name", "service_name", "url", "description", "owner")
    actions = ("enable", "disable", "probe_now", "renew_key")
    save_on_top = True

    class Media:
        css = look.STYLES

    def get_fieldsets(self, request: HttpRequest, obj: WatchedService | None = None) -> Any:
        """Return the boxes of the form; those of other kinds are closed."""
        kind = obj.kind if obj else Kind.HTTP
        what: Fieldset = (
            None,
            {
                "fields": (
                    ("name", "service_name"),
                    ("description", "owner"),
                    "tags",
                    "enabled",
                    ("kind", "url"),
                    "credentials",
                )
            },
        )
        of_kinds = [_box_of(each, is_open=each == kind) for each in KIND_FIELDS]
        when = (
            ("interval_seconds", "timeout_seconds", "slow_ms"),
            ("failures_before_flip", "successes_before_recovery"),
        )
        rest: list[Fieldset] = [
            ("When it is asked, and how soon it is believed", {"fields": when}),
            ("What it needs", {"fields": (NEEDS,)}),
            ("What it promises", {"fields": (("availability_target", "latency_target_ms"),)}),
            (
                "Status page",
                {"fields": (("is_public", "public_name"), ("public_group", "public_order"))},
            ),
        ]
        found: list[Fieldset] = [("How it stands", {"fields": _BESIDE})] if obj else []
        return [*found, what, *of_kinds, *rest]

    def get_readonly_fields(
        self, request: HttpRequest, obj: WatchedService | None = None
    ) -> tuple[str, ...]:
        """Keep the names of a stored service: history is kept under them."""
        names = services.NAMES if obj else ()
        return (*names, *_BESIDE, "calls_at")

    def acts_on(self, row: WatchedService) -> list[Act]:
        """Return what can be done with the service as it stands."""
        if not row.enabled:
            return [("enable", "Enable")]
        acts = [("probe_now", "Probe now"), ("disable", "Disable")]
        return [*acts, ("renew_key", "Give it a new address")] if _calls(row) else acts

    def has_delete_permission(
        self, request: HttpRequest, obj: WatchedService | None = None
    ) -> bool:
        """Say no to what the next start would bring back: it can be disabled."""
        return super().has_delete_permission(request, obj) and not services.comes_back(obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Leave out the deletion of many: each takes its edges of the graph along."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(
        self,
        request: HttpRequest,
        obj: WatchedService,
        form: Any,
        change: bool,  # noqa: FBT001 - Django's signature
    ) -> None:
        """Create or change it through the services."""
        by = request.user.get_username()
        needs = form.cleaned_data[NEEDS]
        if not change:
            services.create_service(form.said(set(form.cleaned_data)), needs=needs, by=by)
            return
        changed = set(form.changed_data)
        wanted = needs if NEEDS in changed else None
        services.update_service(obj.pk, form.said(changed), needs=wanted, by=by)

    def delete_model(self, request: HttpRequest, obj: WatchedService) -> None:
        """Delete it with its edges of the graph."""
        services.delete_service(obj.pk, by=request.user.get_username())

    @admin.display(description="address", ordering="url")
    def probed_at_address(self, service: WatchedService) -> str:
        if _calls(service):
            return "calls us"
        return service.address or "none: set a URL"

    @admin.display(description="status")
    def standing(self, service: WatchedService) -> str | SafeString:
        return look.standing_of(service, at=timezone.now())

    @admin.display(description="certificate")
    def certificate(self, service: WatchedService) -> str | SafeString:
        return look.certificate_of(service, at=timezone.now())

    @admin.display(description="last 90 days")
    def days(self, service: WatchedService) -> str | SafeString:
        return look.days_of(service, at=timezone.now())

    @admin.display(description="changes of status")
    def flips(self, service: WatchedService) -> str | SafeString:
        return look.flips_of(service)

    @admin.display(description="the job calls")
    def calls_at(self, service: WatchedService) -> str | SafeString:
        return look.calls_at(service)

    @admin.action(description="Enable the selected services", permissions=["change"])
    def enable(self, request: HttpRequest, selected: QuerySet[WatchedService]) -> None:
        changed = self._switch(request, selected, to=True)
        self.message_user(request, f"Probed again: {changed} of the selected services.")

    @admin.action(description="Disable the selected services", permissions=["change"])
    def disable(self, request: HttpRequest, selected: QuerySet[WatchedService]) -> None:
        changed = self._switch(request, selected, to=False)
        self.message_user(
            request, f"No longer probed: {changed} of the selected services.", messages.WARNING
        )

    @admin.action(description="Probe the selected services now", permissions=["change"])
    def probe_now(self, request: HttpRequest, selected: QuerySet[WatchedService]) -> None:
        names = list(selected.values_list("pk", flat=True))
        rows = probing.probe_services(at=timezone.now(), names=names)
        healthy = sum(row.status == ServiceHealth.Status.HEALTHY for row in rows)
        self.message_user(request, f"Probed: {len(rows)}, healthy: {healthy}.")

    @admin.action(description="Give the selected heartbeats a new address", permissions=["change"])
    def renew_key(self, request: HttpRequest, selected: QuerySet[WatchedService]) -> None:
        by = request.user.get_username()
        rows = [row for row in selected if _calls(row)]
        for row in rows:
            services.renew_heartbeat_key(row.pk, by=by)
        self.message_user(
            request, f"New addresses: {len(rows)}. The old ones are refused.", messages.WARNING
        )

    def _switch(self, request: HttpRequest, selected: QuerySet[WatchedService], *, to: bool) -> int:
        by = request.user.get_username()
        names = list(selected.exclude(enabled=to).values_list("pk", flat=True))
        for name in names:
            services.update_service(name, {"enabled": to}, by=by)
        return len(names)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **options: Any) -> Any:
        """Let tags be typed in one line, with commas between."""
        field = super().formfield_for_dbfield(db_field, request, **options)
        if isinstance(field, SimpleArrayField):
            field.help_text = "separated by commas"
        return field


def _box_of(kind: str, *, is_open: bool) -> "Fieldset":
    box: dict[str, Any] = {"fields": KIND_FIELDS[kind]}
    return (f"Only for {Kind(kind).label}", box if is_open else box | {"classes": ("collapse",)})


def _calls(service: WatchedService) -> bool:
    return service.kind == Kind.HEARTBEAT
