"""Backtests in the admin: asked for by a form, watched while they run, read once they are done; never changed."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alerts.admin.backtest_form import BacktestForm, RuleChoice
from alerts.admin.backtest_page import shown
from alerts.admin.look import STYLES, badge
from alerts.models import Backtest
from alerts.models.backtest import BacktestStatus
from alerts.tasks.backtests import ring_backtests
from alerts.wording import span

if TYPE_CHECKING:
    BacktestAdminBase = admin.ModelAdmin[Backtest]
else:
    BacktestAdminBase = admin.ModelAdmin


@admin.register(Backtest)
class BacktestAdmin(BacktestAdminBase):
    """Rules tried on the past. Who may see rules sees them; who may change rules asks for them."""

    list_display = (
        "created_at",
        "tried_rule",
        "period",
        "standing",
        "how_far",
        "firings",
        "asked_by",
    )
    list_display_links = ("created_at", "tried_rule")
    list_filter = ("status", "created_at")
    search_fields = ("terms__rule_name", "asked_by")
    list_per_page = 50
    show_full_result_count = False
    ordering = ("-created_at", "id")
    actions = None

    class Media:
        css = {"all": [*STYLES["all"], "alerts/backtest.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Backtest]:
        """Return the backtests with their counts; a result may be large, and a list does not need it."""
        counts = {
            "fired_before": F("result__current__firings"),
            "fired_after": F("result__report__firings"),
        }
        return super().get_queryset(request).defer("result").annotate(**counts)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Say yes to those who may see rules."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Backtest | None = None) -> bool:
        """Say yes to those who may see rules."""
        return request.user.has_perm("alerts.view_alertrule") or self.has_add_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Say yes to those who may change rules, as the API does."""
        return request.user.has_perm("alerts.change_alertrule")

    def has_change_permission(self, request: HttpRequest, obj: Backtest | None = None) -> bool:
        """Say no: a backtest says what it was asked."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Backtest | None = None) -> bool:
        """Say no: it is the evidence of a change."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Choose a rule (`?rule=<id>`), then its changes and a period; asking leads to the page of the backtest."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        choice = RuleChoice(request.GET if "rule" in request.GET else None)
        page: dict[str, Any] = {"title": "Try a rule on the past"}
        if choice.is_valid():
            rule = choice.cleaned_data["rule"]
            form = BacktestForm(request.POST if request.method == "POST" else None, rule=rule)
            backtest = self._asked(request, form)
            if backtest is not None:
                return redirect("admin:alerts_backtest_change", backtest.pk)
            page |= {"rule": rule, "form": form, "media": self.media + form.media}
        else:
            # What was asked for is not shown again: the field looks up even what is no id.
            page |= {"choice": RuleChoice(), "is_unknown": choice.is_bound}
            page["media"] = self.media + choice.media
        return self._page(request, "ask", page)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show one backtest: how far it is, or what it found."""
        backtest = self.get_object(request, object_id)
        if not self.has_view_permission(request, backtest):
            raise PermissionDenied
        if backtest is None:
            raise Http404(f"no backtest {object_id}")
        page = {**shown(backtest, at=timezone.now()), "media": self.media}
        page["may_ask"] = self.has_add_permission(request)
        return self._page(request, "page", page)

    @admin.display(description="rule", ordering="terms__rule_name")
    def tried_rule(self, backtest: Backtest) -> str:
        """Return the name that the rule had when it was tried."""
        return str(backtest.terms.get("rule_name", ""))

    @admin.display(description="period (UTC)", ordering="end")
    def period(self, backtest: Backtest) -> str:
        """Return how long it is and when it ends."""
        return f"{span(backtest.end - backtest.start)} up to {backtest.end:%Y-%m-%d %H:%M}"

    @admin.display(description="status", ordering="status")
    def standing(self, backtest: Backtest) -> SafeString:
        """Return the status as a coloured word."""
        return badge(backtest.status)

    @admin.display(description="progress", ordering="progress")
    def how_far(self, backtest: Backtest) -> SafeString | str:
        """Return a bar while it runs, and why it ended where it failed."""
        if backtest.status == BacktestStatus.FAILED:
            return backtest.error
        share = f"{backtest.progress:.0%}"
        bar = '<progress class="backtest-progress" max="1" value="{}">{}</progress> {}'
        return format_html(bar, f"{backtest.progress:.3f}", share, share)

    @admin.display(description="firings", empty_value="", ordering="fired_after")
    def firings(self, backtest: Any) -> str:
        """Return how often it would have fired, and how often the rule as it is does."""
        if backtest.fired_after is None:
            return ""
        if backtest.fired_before is None:
            return f"{backtest.fired_after}"
        return f"{backtest.fired_after} instead of {backtest.fired_before}"

    def _asked(self, request: HttpRequest, form: BacktestForm) -> Backtest | None:
        """Ask what a valid form says and call a worker."""
        if not form.is_valid():
            return None
        backtest = form.ask(by=request.user.get_username(), at=timezone.now())
        if backtest is not None:
            ring_backtests([backtest.pk])
        return backtest

    def _page(self, request: HttpRequest, name: str, page: dict[str, Any]) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "opts": self.opts, **page}
        return render(request, f"admin/alerts/backtest/{name}.html", context)
