"""The dependency graph in the admin: a picture of who needs whom, and the edges to change."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from alerts.admin.refusals import RefusingForm, show_refusal
from alerts.default_dependencies import STORES
from alerts.models import Dependency
from alerts.muting import firing_places
from alerts.routing.drawing import BOX_HEIGHT, BOX_WIDTH, Drawing, drawing
from alerts.services import dependencies

if TYPE_CHECKING:
    DependencyAdminBase = admin.ModelAdmin[Dependency]
    DependencyFormBase = forms.ModelForm[Dependency]
else:
    DependencyAdminBase, DependencyFormBase = admin.ModelAdmin, forms.ModelForm


class DependencyForm(DependencyFormBase):
    """An edge of the graph."""

    class Meta:
        model = Dependency
        fields = ("dependent", "upstream")

    def clean(self) -> dict[str, Any]:
        """Refuse what needs itself, under either of its names."""
        given = super().clean() or {}
        if {"dependent", "upstream"} <= set(given):
            with show_refusal(self):
                dependencies.refuse_loop(given["dependent"], given["upstream"])
        return given


@admin.register(Dependency)
class DependencyAdmin(RefusingForm, DependencyAdminBase):
    """What cannot work without what: while one is down, what needs it is not told as well."""

    form = DependencyForm
    change_list_template = "admin/alerts/dependency/change_list.html"
    list_display = ("dependent", "upstream", "enabled")
    list_filter = ("enabled", "upstream")
    search_fields = ("dependent", "upstream")
    list_per_page = 200
    actions = ("enable", "disable")

    class Media:
        css = {"all": ["alerts/dependencies.css"]}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the graph above the list of its edges."""
        graph = {"graph": _graph(), "box_width": BOX_WIDTH, "box_height": BOX_HEIGHT}
        return super().changelist_view(request, {**(extra_context or {}), **graph})

    def has_change_permission(self, request: HttpRequest, obj: Dependency | None = None) -> bool:
        """Allow the actions; an edge between other places is another edge."""
        return obj is None and super().has_change_permission(request)

    def save_model(self, request: HttpRequest, obj: Dependency, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Add the edge through the services."""
        by = request.user.get_username()
        obj.pk = dependencies.create_dependency(obj.dependent, obj.upstream, by=by).pk

    def delete_model(self, request: HttpRequest, obj: Dependency) -> None:
        """Take it away; one that came with the installation is switched off."""
        dependencies.delete_dependency(obj.pk, by=request.user.get_username())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Dependency]) -> None:
        """Delete each as if it were the only one."""
        for dependency in queryset:
            self.delete_model(request, dependency)

    @admin.action(description="Let the selected dependencies count", permissions=["change"])
    def enable(self, request: HttpRequest, selected: QuerySet[Dependency]) -> None:
        """Hide consequences along them from now on."""
        self._switch(request, selected, enabled=True)

    @admin.action(description="Let the selected dependencies not count", permissions=["change"])
    def disable(self, request: HttpRequest, selected: QuerySet[Dependency]) -> None:
        """Hide nothing along them any more."""
        self._switch(request, selected, enabled=False)

    def _switch(
        self, request: HttpRequest, selected: QuerySet[Dependency], *, enabled: bool
    ) -> None:
        by = request.user.get_username()
        for dependency in selected:
            dependencies.switch_dependency(dependency.pk, enabled=enabled, by=by)
        word = "Enabled" if enabled else "Disabled"
        self.message_user(request, f"{word}: {len(selected)}.", messages.SUCCESS)


def _graph() -> Drawing:
    services = [name for name, _ in settings.WATCHED_SERVICES.values()]
    edges = list(Dependency.objects.order_by().values_list("dependent", "upstream", "enabled"))
    return drawing(edges, [*services, *STORES], firing_places(timezone.now()))
