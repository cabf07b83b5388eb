"""The form that asks a backtest: what of a rule may be changed, and on which period to try it."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminSplitDateTime, AutocompleteSelect

from alerts.models import AlertRule, Backtest
from alerts.rule_fields import fields_of
from alerts.services.backtests import Period, ask_backtest
from monitoring.errors import DomainError

_PLAIN = ("condition", "threshold", "recovery_threshold", "duration", "keep_firing_for")
# A composite rule compares no value.
_COMPOSITE = ("duration", "keep_firing_for")
_OWN = "own"
_SPANS = {"1": timedelta(days=1), "3": timedelta(days=3), "7": timedelta(days=7)}
_PERIODS = [
    ("1", "The last day"),
    ("3", "The last 3 days"),
    ("7", "The last week"),
    (_OWN, "From and to"),
]


class RuleChoice(forms.Form):
    """Which rule to try; its terms are what the next form begins with."""

    # There may be thousands of rules: found by their name, not listed.
    rule = forms.ModelChoiceField(
        queryset=AlertRule.objects.all(),
        widget=AutocompleteSelect(Backtest.rule.field, admin.site),
    )


class BacktestForm(forms.Form):
    """Changes of one rule and a period; what stays as it is is tried as well, which shows how the rule does now."""

    period = forms.ChoiceField(choices=_PERIODS, initial="7", widget=forms.RadioSelect)
    start = forms.SplitDateTimeField(
        required=False, widget=AdminSplitDateTime, help_text="UTC; needed for the last choice only"
    )
    end = forms.SplitDateTimeField(
        required=False, widget=AdminSplitDateTime, help_text="UTC; needed for the last choice only"
    )

    def __init__(self, *args: Any, rule: AlertRule, **kwargs: Any) -> None:
        self._rule = rule
        self._terms = _COMPOSITE if rule.expression else _PLAIN
        now = fields_of(rule)
        kwargs["initial"] = {name: now[name] for name in self._terms}
        super().__init__(*args, **kwargs)
        self.fields = {**forms.fields_for_model(AlertRule, self._terms), **self.fields}

    def terms(self) -> list[forms.BoundField]:
        """Return the fields that change the rule, to be shown together."""
        return [self[name] for name in self._terms]

    def clean(self) -> dict[str, Any]:
        """Ask for both ends of a period that somebody chose freely."""
        given = super().clean() or {}
        if given.get("period") == _OWN:
            for name in ("start", "end"):
                if name not in self.errors and not given.get(name):
                    self.add_error(name, "Say from when to when.")
        return given

    def ask(self, *, by: str, at: datetime) -> Backtest | None:
        """Ask the backtest, or show beside the fields why it is refused and return None."""
        said = self.cleaned_data
        changes = {name: said[name] for name in self._terms if name in self.changed_data}
        try:
            return ask_backtest(changes, self._period(at), rule_id=self._rule.pk, by=by, at=at)
        except DomainError as error:
            self._show(error)
            return None

    def _period(self, at: datetime) -> Period:
        span = _SPANS.get(self.cleaned_data["period"])
        if span is None:
            return Period(self.cleaned_data["start"], self.cleaned_data["end"])
        return Period(at - min(span, settings.METRICS_RETENTION), at)

    def _show(self, error: DomainError) -> None:
        if not error.details:
            self.add_error(None, f"{error.message}.")
        for name, problems in error.details.items():
            texts = [str(each) for each in problems] if isinstance(problems, list) else [problems]
            if name in self.fields:
                self.add_error(name, texts)
            else:
                self.add_error(None, [f"{name}: {text}" for text in texts])
