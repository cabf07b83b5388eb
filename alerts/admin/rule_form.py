"""The form of a rule: the same checks as the API, shown beside the fields that they are about."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms

from alerts.admin.refusals import show_refusal
from alerts.channels.registry import why_unusable
from alerts.models import AlertRule
from alerts.rule_fields import WRITABLE
from alerts.services.rule_checks import clean_rule, known_channels
from alerts.services.rule_names import refuse_broken_expression

if TYPE_CHECKING:
    RuleFormBase = forms.ModelForm[AlertRule]
else:
    RuleFormBase = forms.ModelForm

FIELDSETS: Any = (
    (None, {"fields": ("seen_version", ("rule_name", "enabled"))}),
    (
        "What is watched",
        {
            "fields": ("metric_name", "label_matchers", "expression"),
            "description": "Either a metric, of whose series only those that carry the labels count, or an"
            " expression over other rules: a composite rule, which compares no value.",
        },
    ),
    (
        "What becomes of the samples",
        {
            "classes": ("collapse",),
            "fields": (
                ("aggregation", "window_seconds", "minimum_samples"),
                ("combine", "group_by"),
            ),
            "description": "Without these the newest value of each series is compared by itself. All but the"
            " newest value need a window; groups need a way to combine their series, or an expression.",
        },
    ),
    (
        "A breach is",
        {
            "fields": (
                ("condition", "threshold", "duration"),
                "threshold_overrides",
                "no_data_policy",
            )
        },
    ),
    (
        "It is over when",
        {
            "classes": ("collapse",),
            "fields": (("recovery_threshold", "keep_firing_for", "flap_firings"),),
            "description": "Against alerts that come and go: what fires above 80 may be over only at 70, and"
            " only once it has been so for some minutes.",
        },
    ),
    (
        "Then",
        {
            "fields": (
                "severity",
                "notification_channels",
                "escalation_policy",
                "is_cause",
                "cooldown_minutes",
                "annotations",
            )
        },
    ),
    ("History", {"fields": (("version", "created_at", "updated_at", "evaluated"),)}),
)


def _channel_choices(own: Sequence[str]) -> list[tuple[str, str]]:
    """Return every channel a rule may name, and those that it has, with what each still lacks."""
    names = dict.fromkeys([*known_channels(), *own])
    return [
        (name, f"{name} ({problem})" if (problem := why_unusable(name)) else name) for name in names
    ]


class RuleForm(RuleFormBase):
    """A rule, with its channels to tick, and the version that whoever fills it in has before them."""

    notification_channels = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple
    )
    threshold = forms.FloatField(
        required=False, help_text="in the unit of the metric; none for a composite rule"
    )
    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = AlertRule
        fields = WRITABLE

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channels = self.fields["notification_channels"]
        if isinstance(channels, forms.MultipleChoiceField):
            channels.choices = _channel_choices(self.instance.notification_channels)
        is_stored = self.instance.created_at is not None
        self.initial["seen_version"] = self.instance.version if is_stored else None

    def clean_rule_name(self) -> str:
        """Refuse a name that another rule has; the constraint cannot tell here, since it leaves out deleted ones."""
        name: str = self.cleaned_data["rule_name"]
        if AlertRule.objects.filter(rule_name=name).exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError("a rule of this name exists already")
        return name

    def clean(self) -> dict[str, Any]:
        """Ask for a threshold where there is something to compare."""
        given = super().clean() or {}
        if "threshold" in given and given["threshold"] is None:
            if given.get("expression"):
                given["threshold"] = 0.0
            else:
                self.add_error("threshold", "This field is required.")
        return given

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the row to `clean_rule`: Django would name constraints of the table where that says it in words."""
        return {*super()._get_validation_exclusions(), *self.fields}  # type: ignore[misc]  # Django's own, not in its stubs

    def _post_clean(self) -> None:
        """Check the rule as a whole once each field is right by itself."""
        super()._post_clean()  # type: ignore[misc]  # Django's own, not in its stubs
        if not self.errors:
            with show_refusal(self):
                clean_rule(self.instance)
                refuse_broken_expression(self.instance)

    def columns(self, *, only_changed: bool = False) -> dict[str, Any]:
        """Return the values to write, those that differ from the form's first ones if asked."""
        names = self.changed_data if only_changed else WRITABLE
        return {name: self.cleaned_data[name] for name in names if name in WRITABLE}
