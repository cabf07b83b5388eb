"""JSON of rules, in and out. Source: endpoints 15 to 18, service specification."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from alerts.models.choices import Aggregation, Combine, Condition, NoDataPolicy, Severity
from alerts.serializers.fields import Number, Switch, WholeNumber

# The specification's code samples spell these columns in a second way; both are read, the columns are written.
ALIASES = {"name": "rule_name", "metric": "metric_name", "for_duration": "duration"}
# A rule over samples needs all of them, a composite one none.
_GIST = ("metric_name", "condition", "threshold")


class ThresholdOverrideInput(serializers.Serializer[Any]):
    """Thresholds for series that carry certain labels."""

    labels = serializers.DictField(
        child=serializers.CharField(trim_whitespace=False, allow_blank=True), allow_empty=False
    )
    threshold = Number(help_text="in the unit of the metric")
    recovery_threshold = Number(required=False, help_text="in the unit of the metric")


class RuleInput(serializers.Serializer[Any]):
    """The fields of a rule; limits of their values are checked where all ways in meet, in the service."""

    rule_name = serializers.CharField(max_length=255)
    metric_name = serializers.CharField(
        max_length=255, required=False, allow_blank=True, help_text="none for a composite rule"
    )
    expression = serializers.CharField(
        max_length=1_000,
        required=False,
        allow_blank=True,
        help_text="names of other rules with and, or, not and parentheses: a composite rule",
    )
    aggregation = serializers.ChoiceField(Aggregation.choices, required=False)
    window_seconds = WholeNumber(
        min_value=0, required=False, help_text="what the aggregation looks at; 0 for last"
    )
    minimum_samples = WholeNumber(
        min_value=0, required=False, help_text="with fewer in the window nothing is known"
    )
    combine = serializers.ChoiceField(Combine.choices, required=False, allow_blank=True)
    group_by = serializers.ListField(
        child=serializers.CharField(max_length=64, trim_whitespace=False),
        required=False,
        help_text="labels of the groups",
    )
    condition = serializers.ChoiceField(Condition.choices, required=False)
    threshold = Number(required=False, help_text="in the unit of the metric")
    recovery_threshold = Number(
        required=False, allow_null=True, help_text="it is over only beyond this one too"
    )
    threshold_overrides = ThresholdOverrideInput(
        many=True, required=False, help_text="the first whose labels match counts"
    )
    duration = WholeNumber(min_value=0, required=False, help_text="seconds a breach must last")
    keep_firing_for = WholeNumber(
        min_value=0, required=False, help_text="seconds a breach must be over"
    )
    flap_firings = WholeNumber(
        min_value=0, required=False, help_text="firings within an hour that are flapping; 0: never"
    )
    severity = serializers.ChoiceField(Severity.choices, required=False)
    enabled = Switch(required=False)
    notification_channels = serializers.ListField(
        child=serializers.CharField(max_length=32), required=False, max_length=16
    )
    escalation_policy = serializers.CharField(
        max_length=255, required=False, allow_null=True, help_text="its name or its id"
    )
    is_cause = Switch(
        required=False, help_text="hides alerts of what depends on its service while it fires"
    )
    annotations = serializers.DictField(
        child=serializers.CharField(trim_whitespace=False, allow_blank=True),
        required=False,
        help_text="summary, description, runbook_url",
    )
    label_matchers = serializers.DictField(
        child=serializers.CharField(trim_whitespace=False, allow_blank=True),
        required=False,
        help_text="labels that a series must carry, service_name included; an empty value: must not",
    )
    no_data_policy = serializers.ChoiceField(NoDataPolicy.choices, required=False)
    cooldown_minutes = WholeNumber(min_value=0, required=False)

    def to_internal_value(self, data: Any) -> Any:
        """Read either spelling; a field that is not known, or is spelled in both ways, is refused by name."""
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        renamed: dict[str, Any] = {}
        problems: dict[str, list[str]] = {}
        for name, value in data.items():
            column = ALIASES.get(str(name), str(name))
            if column not in self.fields:
                problems[str(name)] = ["This field is not known."]
            elif column in renamed:
                problems[column] = ["This field is given twice."]
            renamed[column] = value
        if problems:
            raise serializers.ValidationError(problems)
        return super().to_internal_value(renamed)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for what makes a new rule: what it watches, and when that is a breach."""
        if not self.partial and not attrs.get("expression"):
            missing = [name for name in _GIST if name not in attrs]
            if missing:
                raise serializers.ValidationError(
                    {name: ["This field is required."] for name in missing}
                )
        return attrs


class Rule(serializers.Serializer[Any]):
    """One rule as it stands."""

    id = serializers.UUIDField()
    rule_name = serializers.CharField()
    metric_name = serializers.CharField(help_text="empty for a composite rule")
    expression = serializers.CharField(help_text="empty for a rule that watches a metric")
    aggregation = serializers.ChoiceField(Aggregation.choices)
    window_seconds = serializers.IntegerField()
    minimum_samples = serializers.IntegerField()
    combine = serializers.ChoiceField(Combine.choices, allow_blank=True)
    group_by = serializers.ListField(child=serializers.CharField())
    condition = serializers.ChoiceField(Condition.choices)
    threshold = serializers.FloatField()
    recovery_threshold = serializers.FloatField(allow_null=True)
    threshold_overrides = serializers.ListField(child=serializers.DictField())
    duration = serializers.IntegerField(help_text="seconds a breach must last")
    keep_firing_for = serializers.IntegerField(help_text="seconds a breach must be over")
    flap_firings = serializers.IntegerField()
    severity = serializers.ChoiceField(Severity.choices)
    enabled = serializers.BooleanField()
    notification_channels = serializers.ListField(child=serializers.CharField())
    escalation_policy = serializers.CharField(
        source="escalation_policy.name", default=None, allow_null=True, help_text="its name"
    )
    is_cause = serializers.BooleanField()
    annotations = serializers.DictField(child=serializers.CharField())
    label_matchers = serializers.DictField(child=serializers.CharField())
    no_data_policy = serializers.ChoiceField(NoDataPolicy.choices)
    cooldown_minutes = serializers.IntegerField()
    version = serializers.IntegerField(help_text="grows with each change; the ETag of the answer")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
