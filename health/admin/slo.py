"""Objectives in the admin: what they promise, what is left of the budget, and how it went down."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from alerts.threshold_plot import HEIGHT, MARGIN, WIDTH, Plot, Samples, plot_of
from health.admin.service_look import STYLES
from health.models import Slo, SloState
from health.services.slo_rows import check_threshold, forget_state
from health.slo.burn import PAIRS, pair_rates
from health.slo_selectors import course_of
from health.slo_tallies import window_of
from monitoring.errors import InvalidInputError
from monitoring.storage.instants import from_ms, to_ms

if TYPE_CHECKING:
    SloAdminBase = admin.ModelAdmin[Slo]
    SloFormBase = forms.ModelForm[Slo]
else:
    SloAdminBase, SloFormBase = admin.ModelAdmin, forms.ModelForm

# Longer than samples are kept is not drawn.
_LONGEST_PLOT = timedelta(days=30)
_FEWEST_POINTS = 2
_PLOT_BOX = {"width": WIDTH, "height": HEIGHT, "left": MARGIN, "right": WIDTH - MARGIN}


class SloForm(SloFormBase):
    """The terms of an objective."""

    class Meta:
        help_texts: ClassVar[dict[str, str]] = {
            "name": "a label of its samples, such as payment-availability",
            "source": "requests: those that the service's middleware or histograms tell us of",
            "target_percent": "such as 99.9; the rest is the error budget",
            "window_days": "the budget is that of the last so many days, 1 to 90",
        }

    def clean(self) -> dict[str, Any]:
        """Refuse a kind without its threshold, and a threshold without its kind."""
        terms = super().clean() or {}
        try:
            check_threshold(terms.get("kind", ""), terms.get("threshold_ms"))
        except InvalidInputError as error:
            raise ValidationError(error.details) from error
        return terms


@admin.register(Slo)
class SloAdmin(SloAdminBase):
    """What services promise."""

    form = SloForm
    list_display = (
        "name",
        "service",
        "terms",
        "enabled",
        "compliance",
        "budget_left",
        "burns",
        "spent_by",
    )
    list_filter = ("enabled", "kind", "source", "service")
    list_select_related = ("service", "state")
    search_fields = ("name", "service__name", "service__service_name", "owner")
    readonly_fields = ("standing", "burn_down")

    class Media:
        css = {"all": [*STYLES["all"], "alerts/rules.css"]}

    def get_fieldsets(self, request: HttpRequest, obj: Slo | None = None) -> Any:
        """Return the terms, and for an objective that is there how it stands."""
        terms = ("name", "service", "kind", "source", "target_percent", "threshold_ms")
        words = ("window_days", "enabled", "owner", "description")
        promise: list[Any] = [(None, {"fields": (*terms, *words)})]
        standing = [("Error budget", {"fields": ("standing", "burn_down")})]
        return promise if obj is None else [*standing, *promise]

    def save_model(self, request: HttpRequest, obj: Slo, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        """Save the terms; under new ones it is measured anew."""
        super().save_model(request, obj, form, change)
        if form.changed_data:
            forget_state(obj)

    @admin.display(description="promise", ordering="target_percent")
    def terms(self, slo: Slo) -> str:
        within = f" within {slo.threshold_ms} ms" if slo.threshold_ms else ""
        return f"{slo.target_percent.normalize():f} %{within} over {slo.window_days} days"

    @admin.display(description="kept")
    def compliance(self, slo: Slo) -> str:
        state = _state(slo)
        kept = state.compliance_percent if state else None
        return "not measured" if kept is None else f"{kept:.4f} %"

    @admin.display(description="budget left", ordering="state__budget_remaining")
    def budget_left(self, slo: Slo) -> str | SafeString:
        state = _state(slo)
        if state is None or state.budget_remaining is None:
            return "not measured"
        level = "unhealthy" if state.budget_remaining <= 0 else "healthy"
        if 0 < state.budget_remaining < 0.25:
            level = "degraded"
        percent = f"{100 * state.budget_remaining:,.1f} %"
        return format_html('<span class="status status-{}">{}</span>', level, percent)

    @admin.display(description="burns")
    def burns(self, slo: Slo) -> str:
        """Return the rates of the pairs, the fastest one first."""
        return ", ".join(_rates(slo).values())

    @admin.display(description="budget spent", ordering="state__exhausted_at")
    def spent_by(self, slo: Slo) -> str:
        state = _state(slo)
        if state is not None and state.budget_remaining is not None and state.budget_remaining <= 0:
            return "already"
        if state is None or state.exhausted_at is None:
            return "not soon"
        return f"by {state.exhausted_at:%Y-%m-%d %H:%M} UTC"

    @admin.display(description="now")
    def standing(self, slo: Slo) -> str | SafeString:
        left, spent = self.budget_left(slo), self.spent_by(slo)
        burns = ", ".join(f"{pair}: {rate}" for pair, rate in _rates(slo).items())
        return format_html(
            "{} left; {} kept; burns, as a multiple of what is allowed: {}; budget spent: {}",
            left,
            self.compliance(slo),
            burns,
            spent,
        )

    @admin.display(description="burn-down")
    def burn_down(self, slo: Slo) -> str:
        plot, since = _plot(slo, min(window_of(slo), _LONGEST_PLOT))
        context = {"plot": plot, "since": since, "box": _PLOT_BOX}
        return render_to_string("admin/health/burn_down.html", context)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Slo]:
        """Return the rows with what the list shows of them."""
        return super().get_queryset(request).select_related("service", "state")


def _rates(slo: Slo) -> dict[str, str]:
    state = _state(slo)
    rates = pair_rates(state.burn_rates) if state else dict.fromkeys(pair.name for pair in PAIRS)
    return {pair: "?" if rate is None else f"{rate:,.1f}" for pair, rate in rates.items()}


def _state(slo: Slo) -> SloState | None:
    return getattr(slo, "state", None)


def _plot(slo: Slo, span: timedelta) -> tuple[Plot | None, datetime]:
    """Return what was left over time, as a curve against nothing left, and since when; no curve where there is none.

    It begins with the first sample: the first hour of an objective would be a single line at the edge of a month.
    """
    end = timezone.now()
    start = end - span
    try:
        found = course_of(slo, start, end).remaining
    except InvalidInputError:  # more samples than one answer may hold
        return None, start
    if found is None or len(found.at_ms) < _FEWEST_POINTS:
        return None, start
    start = from_ms(int(found.at_ms[0]))
    curve = Samples(found.at_ms, found.values)
    return plot_of([curve], 0.0, start_ms=to_ms(start), end_ms=to_ms(end)), start
