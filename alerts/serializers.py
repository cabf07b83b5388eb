"""JSON of the alert endpoints, in and out. Source: endpoints 10 to 18, service specification."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from alerts.models.alert import State
from alerts.models.choices import Condition, NoDataPolicy, Severity

# The specification's code samples spell these columns in a second way; both are read, the columns are written.
ALIASES = {"name": "rule_name", "metric": "metric_name", "for_duration": "duration"}


class Alert(serializers.Serializer[Any]):
    """One alert, from its first breach to its end."""

    id = serializers.UUIDField()
    rule_id = serializers.UUIDField(allow_null=True, help_text="null for a discrete finding")
    title = serializers.CharField()
    description = serializers.CharField()
    severity = serializers.ChoiceField(Severity.choices)
    state = serializers.ChoiceField(State.choices)
    service = serializers.CharField()
    labels = serializers.DictField(child=serializers.CharField())
    value = serializers.FloatField(allow_null=True, help_text="last value, in the metric's unit")
    threshold = serializers.FloatField(allow_null=True)
    started_at = serializers.DateTimeField(help_text="first breach")
    fired_at = serializers.DateTimeField(allow_null=True, help_text="the breach had lasted")
    resolved_at = serializers.DateTimeField(allow_null=True)
    no_data_since = serializers.DateTimeField(
        allow_null=True, help_text="the series stopped reporting"
    )
    acknowledged = serializers.BooleanField()
    acknowledged_by = serializers.CharField(allow_null=True)
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    resolved_by = serializers.CharField(help_text="person; empty if it ended by itself")
    resolution_note = serializers.CharField(allow_null=True)


class AlertHistory(serializers.Serializer[Any]):
    """One page of past and present alerts."""

    alerts = Alert(many=True)
    total = serializers.IntegerField()
    limit = serializers.IntegerField()
    offset = serializers.IntegerField()


class AcknowledgeInput(serializers.Serializer[Any]):
    """Who takes the alert; believed of an administrator or a service, else the token's subject counts."""

    acknowledged_by = serializers.CharField(max_length=255, required=False)


class AcknowledgedAlert(serializers.Serializer[Any]):
    """Who has taken the alert, and when."""

    id = serializers.UUIDField()
    acknowledged = serializers.BooleanField()
    acknowledged_by = serializers.CharField()
    acknowledged_at = serializers.DateTimeField()


class ResolveInput(serializers.Serializer[Any]):
    """What was done about it."""

    resolution_note = serializers.CharField(max_length=10_000, required=False, allow_blank=True)


class ResolvedAlert(serializers.Serializer[Any]):
    """When the alert ended, and what was done about it."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(State.choices)
    resolved_at = serializers.DateTimeField()
    resolution_note = serializers.CharField(allow_null=True)


class Number(serializers.FloatField):
    """A JSON number: neither true, which Python counts as 1, nor a text that looks like one."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number; a value of another type is a validation error."""
        if isinstance(data, bool | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class WholeNumber(serializers.IntegerField):
    """A JSON number without a fraction."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number; a value of another type is a validation error."""
        if isinstance(data, bool | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Switch(serializers.BooleanField):
    """true or false, nothing that merely reads like it."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the value; anything else is a validation error."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class RuleInput(serializers.Serializer[Any]):
    """The fields of a rule; limits of their values are checked where all ways in meet, in the service."""

    rule_name = serializers.CharField(max_length=255)
    metric_name = serializers.CharField(max_length=255)
    condition = serializers.ChoiceField(Condition.choices)
    threshold = Number(help_text="in the unit of the metric")
    duration = WholeNumber(min_value=0, required=False, help_text="seconds a breach must last")
    severity = serializers.ChoiceField(Severity.choices, required=False)
    enabled = Switch(required=False)
    notification_channels = serializers.ListField(
        child=serializers.CharField(max_length=32), required=False, max_length=16
    )
    annotations = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
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


class Rule(serializers.Serializer[Any]):
    """One rule as it stands."""

    id = serializers.UUIDField()
    rule_name = serializers.CharField()
    metric_name = serializers.CharField()
    condition = serializers.ChoiceField(Condition.choices)
    threshold = serializers.FloatField()
    duration = serializers.IntegerField(help_text="seconds a breach must last")
    severity = serializers.ChoiceField(Severity.choices)
    enabled = serializers.BooleanField()
    notification_channels = serializers.ListField(child=serializers.CharField())
    annotations = serializers.DictField(child=serializers.CharField())
    label_matchers = serializers.DictField(child=serializers.CharField())
    no_data_policy = serializers.ChoiceField(NoDataPolicy.choices)
    cooldown_minutes = serializers.IntegerField()
    version = serializers.IntegerField(help_text="grows with each change")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
