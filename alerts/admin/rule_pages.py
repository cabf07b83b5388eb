"""Pages beside the form of a rule: its versions, the way back to one of them, and what it would see now."""

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from alerts.admin.rule_form import RuleForm
from alerts.admin.simulation_page import simulation_page
from alerts.models import AlertRule, RuleVersion
from alerts.rule_changes import FieldChange, changes_between
from alerts.rule_fields import in_reading_order
from alerts.rule_preview import DRAWN, SPAN, preview
from alerts.services import roll_back_rule
from alerts.services.rule_versions import versions_of
from alerts.threshold_plot import HEIGHT, MARGIN, WIDTH
from monitoring.errors import DomainError

if TYPE_CHECKING:
    AlertRuleAdminBase = admin.ModelAdmin[AlertRule]
else:
    AlertRuleAdminBase = admin.ModelAdmin


class RulePages(AlertRuleAdminBase):
    """Adds the pages to the admin of rules."""

    def get_urls(self) -> list[URLPattern]:
        """Return the pages of the table and those beside the form."""
        view = self.admin_site.admin_view
        own = [
            path("try/", view(require_POST(self.try_new)), name="alerts_alertrule_try_new"),
            path(
                "<uuid:rule_id>/try/",
                view(require_POST(self.try_changed)),
                name="alerts_alertrule_try",
            ),
            path("<uuid:rule_id>/simulate/", view(self.simulate), name="alerts_alertrule_simulate"),
            path("<uuid:rule_id>/versions/", view(self.versions), name="alerts_alertrule_versions"),
            path(
                "<uuid:rule_id>/versions/<int:version>/roll-back/",
                view(require_POST(self.roll_back)),
                name="alerts_alertrule_roll_back",
            ),
        ]
        return [*own, *super().get_urls()]

    def try_new(self, request: HttpRequest) -> HttpResponse:
        """Show what the rule in the form would see, without saving it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._try(request, RuleForm(request.POST))

    def try_changed(self, request: HttpRequest, rule_id: UUID) -> HttpResponse:
        """Show what the rule would see as the form has it, without saving it."""
        rule = self._rule(request, rule_id)
        return self._try(request, RuleForm(request.POST, instance=rule))

    def simulate(self, request: HttpRequest, rule_id: UUID) -> HttpResponse:
        """Show what the rule would send to whom, to those who may change it: the messages name people."""
        rule = self._rule(request, rule_id)
        if not self.has_change_permission(request, rule):
            raise PermissionDenied
        return simulation_page(request, self.admin_site, rule)

    def versions(self, request: HttpRequest, rule_id: UUID) -> HttpResponse:
        """Show what each version changed."""
        rule = self._rule(request, rule_id)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Versions of {rule}",
            "rule": rule,
            "versions": _with_changes(versions_of(rule_id)),
            "may_roll_back": self.has_change_permission(request, rule),
        }
        return render(request, "admin/alerts/alertrule/versions.html", context)

    def roll_back(self, request: HttpRequest, rule_id: UUID, version: int) -> HttpResponse:
        """Give the rule the fields of an earlier version; the page said which version is the newest."""
        rule = self._rule(request, rule_id)
        if not self.has_change_permission(request, rule):
            raise PermissionDenied
        by, seen = request.user.get_username(), request.POST.get("seen_version", "")
        expected = int(seen) if seen.isascii() and seen.isdigit() else None
        try:
            roll_back_rule(rule_id, version, by=by, at=timezone.now(), expected_version=expected)
        except DomainError as error:
            details = "; ".join(f"{name}: {each}" for name, each in error.details.items())
            messages.error(request, f"Not rolled back: {error.message}. {details}")
        else:
            messages.success(
                request, f"Rolled back: {rule} says again what it said in version {version}."
            )
        return HttpResponseRedirect(reverse("admin:alerts_alertrule_versions", args=[rule_id]))

    def beside_the_form(self, rule: AlertRule | None, *, at: datetime) -> dict[str, Any]:
        """Return what the form's page shows beside the form."""
        if rule is None:
            return {"try_url": reverse("admin:alerts_alertrule_try_new")}
        return {
            "try_url": reverse("admin:alerts_alertrule_try", args=[rule.pk]),
            "versions_url": reverse("admin:alerts_alertrule_versions", args=[rule.pk]),
            "past_url": f"{reverse('admin:alerts_backtest_add')}?rule={rule.pk}",
            "simulation_url": reverse("admin:alerts_alertrule_simulate", args=[rule.pk]),
            **_preview(rule, at),
        }

    def _try(self, request: HttpRequest, form: RuleForm) -> HttpResponse:
        context = {**self.admin_site.each_context(request), "title": "What the rule would see now"}
        if not form.is_valid():
            problems = dict(form.errors.items())
            page = {**context, "problems": problems}
            return render(request, "admin/alerts/alertrule/try.html", page, status=400)
        rule = form.save(commit=False)
        page = {**context, "rule": rule, **_preview(rule, timezone.now())}
        return render(request, "admin/alerts/alertrule/try.html", page)

    def _rule(self, request: HttpRequest, rule_id: UUID) -> AlertRule:
        rule = AlertRule.objects.filter(pk=rule_id).first()
        if not self.has_view_permission(request, rule):
            raise PermissionDenied
        if rule is None:
            raise Http404(f"no rule {rule_id}")
        return rule


def _with_changes(
    versions: list[RuleVersion],
) -> list[tuple[RuleVersion, tuple[FieldChange, ...]]]:
    """Return each version with what it changed, the newest first; the first one known changed nothing."""
    changes = [
        changes_between(in_reading_order(before.fields), in_reading_order(after.fields))
        for after, before in pairwise(versions)
    ]
    return list(zip(versions, [*changes, ()], strict=True))


def _preview(rule: AlertRule, at: datetime) -> dict[str, Any]:
    return {
        "preview": preview(rule, at=at),
        "plot_box": {"width": WIDTH, "height": HEIGHT, "left": MARGIN, "right": WIDTH - MARGIN},
        "plot_hours": int(SPAN.total_seconds() // 3_600),
        "plot_curves": DRAWN,
    }
