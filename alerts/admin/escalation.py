"""Escalation policies in the admin: the chain as a table to fill in, and as plain sentences to read."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from alerts.admin.look import STYLES
from alerts.chain_wording import ending, sentence
from alerts.channels.registry import why_unusable
from alerts.models import EscalationPolicy, EscalationStep
from alerts.models.choices import Severity
from alerts.services.escalation import frozen_step
from alerts.services.policies import check_step
from alerts.services.rule_checks import known_channels

if TYPE_CHECKING:
    PolicyAdminBase = admin.ModelAdmin[EscalationPolicy]
    StepInlineBase = admin.TabularInline[EscalationStep, EscalationPolicy]
    StepFormBase = forms.ModelForm[EscalationStep]
else:
    PolicyAdminBase, StepInlineBase = admin.ModelAdmin, admin.TabularInline
    StepFormBase = forms.ModelForm


def _channels() -> list[tuple[str, str]]:
    """Return every channel a step may name, with what it still lacks."""
    return [
        (name, f"{name} ({problem})" if (problem := why_unusable(name)) else name)
        for name in known_channels()
    ]


class StepForm(StepFormBase):
    """One step: its channel is chosen, not typed."""

    channel = forms.ChoiceField(choices=_channels)
    minimum_severity = forms.ChoiceField(
        choices=[("", "any"), *Severity.choices], required=False, label="only from severity"
    )

    class Meta:
        model = EscalationStep
        fields = (
            "position",
            "wait_seconds",
            "kind",
            "channel",
            "contact",
            "rotation",
            "minimum_severity",
        )

    def clean(self) -> dict[str, Any]:
        """Refuse a step that could tell nobody."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and not cleaned.get("DELETE"):
            channel = cleaned["channel"]
            check_step(EscalationStep(kind=cleaned["kind"], channel=channel))
        return cleaned


class StepInline(StepInlineBase):
    """The steps in their order."""

    model = EscalationStep
    form = StepForm
    extra = 1
    ordering = ("position",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationStep]:
        """Return the steps with whom they name."""
        return super().get_queryset(request).select_related("contact", "rotation")


@admin.register(EscalationPolicy)
class EscalationPolicyAdmin(PolicyAdminBase):
    """Who is told next while nobody acknowledges. Alerts that fire already keep the chain that they began with."""

    list_display = ("name", "in_words", "used_by")
    search_fields = ("name", "description")
    ordering = ("name",)
    readonly_fields = ("in_words", "used_by")
    fieldsets = (
        (None, {"fields": ("name", "description", "in_words", "used_by")}),
        ("After the last step", {"fields": ("repeats",)}),
        (
            "While somebody has it",
            {"fields": (("remind_after_seconds", "unacknowledge_after_seconds"),)},
        ),
    )
    inlines = (StepInline,)

    class Media:
        css = STYLES

    def get_queryset(self, request: HttpRequest) -> QuerySet[EscalationPolicy]:
        """Return the policies with their chains and rules."""
        related = ("steps__contact", "steps__rotation", "rules")
        return super().get_queryset(request).prefetch_related(*related)

    @admin.display(description="in words")
    def in_words(self, policy: EscalationPolicy) -> SafeString:
        """Return the chain as sentences."""
        if policy.pk is None or policy._state.adding:  # noqa: SLF001 - the documented way to tell a new row
            return SafeString("Add steps below, and save.")
        steps = sorted(policy.steps.all(), key=lambda step: step.position)
        sentences = [sentence(frozen_step(step)) for step in steps]
        lines = [*sentences, ending(len(steps), policy.repeats)]
        return format_html_join("", "<div>{}</div>", [(line,) for line in lines])

    @admin.display(description="used by")
    def used_by(self, policy: EscalationPolicy) -> str:
        """Return the rules whose alerts take this chain."""
        if policy._state.adding:  # noqa: SLF001 - the documented way to tell a new row
            return "no rule yet"
        rules = [rule.rule_name for rule in policy.rules.all() if rule.deleted_at is None]
        return ", ".join(sorted(rules)) or "no rule"
