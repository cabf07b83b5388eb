"""Channels in the admin: how each stands, and a button that sends a real test."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from alerts.admin.look import STYLES
from alerts.channel_states import DISABLED, standings
from alerts.models import ChannelState
from alerts.services.channel_tests import try_channel
from monitoring.errors import DomainError

if TYPE_CHECKING:
    ChannelStateAdminBase = admin.ModelAdmin[ChannelState]
else:
    ChannelStateAdminBase = admin.ModelAdmin

_TEMPLATE = "admin/alerts/channelstate/channels.html"


@admin.register(ChannelState)
class ChannelStateAdmin(ChannelStateAdminBase):
    """One page for all channels; what they are follows from settings, so nothing is added or changed here."""

    class Media:
        css = STYLES

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: channels are set up by the environment."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: ChannelState | None = None) -> bool:
        """Refuse: pauses and budgets are the delivery's own."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ChannelState | None = None) -> bool:
        """Refuse: a pause that the other side asked for is kept to."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """Return the page, and where its buttons lead."""
        page = self.admin_site.admin_view(self.test)
        own = path("<str:name>/test/", page, name="alerts_channelstate_test")
        return [own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show all channels, also those that never sent and so have no row."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": "Channels",
            "media": self.media,
            "channels": standings(at=timezone.now()),
            "disabled": DISABLED,
            "may_test": self._may_test(request),
            **(extra_context or {}),
        }
        return render(request, _TEMPLATE, context)

    def test(self, request: HttpRequest, name: str) -> HttpResponse:
        """Send a test and say what came of it."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self._may_test(request):
            raise PermissionDenied
        try:
            tested = try_channel(name, by=request.user.get_username(), at=timezone.now())
        except DomainError as error:
            self.message_user(request, f"Channel {name}: {error.message}.", messages.ERROR)
        else:
            said = f"Channel {name}: {tested.recipient} took the test ({tested.reply})."
            self.message_user(request, said, messages.SUCCESS)
        return redirect("admin:alerts_channelstate_changelist")

    @staticmethod
    def _may_test(request: HttpRequest) -> bool:
        """Tell whether the person may send: who may change alerts may."""
        return request.user.has_perm("alerts.change_alert")
