"""JSON of backtests and of simulated messages, in and out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.models.backtest import BacktestStatus
from alerts.serializers.rules import RuleInput


@extend_schema_field(RuleInput(partial=True))
class RuleFields(serializers.DictField):
    """Fields of a rule; which of them are needed is known once it is known whether one is changed."""


class BacktestInput(serializers.Serializer[Any]):
    """A rule, or changes of one, and the period on which to try it."""

    rule = RuleFields(required=False, help_text="fields of the rule, or what changes")
    rule_id = serializers.UUIDField(required=False, help_text="the rule that is to be changed")
    start = serializers.DateTimeField(help_text="first evaluation")
    end = serializers.DateTimeField(help_text="last evaluation")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a request that names no rule at all, and a rule that cannot be read."""
        if "rule" not in attrs and "rule_id" not in attrs:
            raise serializers.ValidationError({"rule": ["Give a rule, a rule_id, or both."]})
        rule = RuleInput(data=attrs.get("rule", {}), partial="rule_id" in attrs)
        if not rule.is_valid():
            raise serializers.ValidationError({"rule": rule.errors})
        return {**attrs, "rule": rule.validated_data}


class Overlap(serializers.Serializer[Any]):
    """How well alerts and incidents go together."""

    incidents = serializers.IntegerField()
    alerts_within = serializers.IntegerField(help_text="alerts that fired during an incident")
    incidents_seen = serializers.IntegerField(help_text="incidents during which an alert fired")
    precision = serializers.FloatField(allow_null=True, help_text="share of the alerts, 0 to 1")
    recall = serializers.FloatField(allow_null=True, help_text="share of the incidents, 0 to 1")


class BacktestReport(serializers.Serializer[Any]):
    """Totals of a period; durations in seconds."""

    firings = serializers.IntegerField()
    still_firing = serializers.IntegerField()
    flapping = serializers.IntegerField()
    short = serializers.IntegerField(help_text="over within five minutes")
    total_seconds = serializers.FloatField()
    median_seconds = serializers.FloatField(allow_null=True)
    longest_seconds = serializers.FloatField(allow_null=True)
    messages = serializers.IntegerField(help_text="that alerts fire, after grouping")
    resolved_messages = serializers.IntegerField()
    night_pages = serializers.IntegerField(help_text="messages that are due at night")
    overlap = Overlap()


class Episode(serializers.Serializer[Any]):
    """One alert as it would have been."""

    fingerprint = serializers.CharField()
    service = serializers.CharField()
    labels = serializers.DictField(child=serializers.CharField())
    started_at = serializers.DateTimeField()
    fired_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    value_at_fire = serializers.FloatField(allow_null=True)
    peak = serializers.FloatField(allow_null=True)
    flapping = serializers.BooleanField()


class EpisodeChange(serializers.Serializer[Any]):
    """One alert that would have been another one."""

    before = Episode(many=True)
    after = Episode()
    fires_later_seconds = serializers.FloatField()
    resolves_later_seconds = serializers.FloatField(allow_null=True)


class Difference(serializers.Serializer[Any]):
    """What the change of a rule would have changed."""

    same = serializers.IntegerField()
    changed = EpisodeChange(many=True)
    gone = Episode(many=True)
    new = Episode(many=True)


class BacktestResult(serializers.Serializer[Any]):
    """What a rule would have done in a period."""

    series = serializers.IntegerField(help_text="series that were looked at")
    evaluations = serializers.IntegerField()
    report = BacktestReport()
    episodes = Episode(many=True, help_text="the first 500")
    episodes_left_out = serializers.IntegerField()
    current = BacktestReport(required=False, help_text="of the rule as it is, where one is changed")
    difference = Difference(required=False)


class Backtest(serializers.Serializer[Any]):
    """One backtest, and its result once it is done."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(BacktestStatus.choices)
    progress = serializers.FloatField(help_text="share of the work that is done, 0 to 1")
    rule_id = serializers.UUIDField(allow_null=True)
    rule_version = serializers.IntegerField(allow_null=True)
    terms = serializers.DictField(help_text="the fields of the rule that is tried")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    asked_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField()
    result = BacktestResult(allow_null=True)


class BacktestLine(serializers.Serializer[Any]):
    """One backtest in a list."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(BacktestStatus.choices)
    progress = serializers.FloatField()
    rule_id = serializers.UUIDField(allow_null=True)
    rule_name = serializers.CharField(source="terms.rule_name")
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    asked_by = serializers.CharField()
    created_at = serializers.DateTimeField()


class SimulationInput(serializers.Serializer[Any]):
    """Which alert to tell; the newest of the rule unless one is named."""

    alert_id = serializers.UUIDField(required=False)


class SimulatedMessage(serializers.Serializer[Any]):
    """What one channel would send."""

    channel = serializers.CharField()
    recipients = serializers.ListField(child=serializers.CharField())
    usable = serializers.BooleanField()
    problem = serializers.CharField(help_text="why it cannot be used; empty if it can")
    parts = serializers.DictField(help_text="what would be sent, by name of the part")
    problems = serializers.ListField(
        child=serializers.CharField(), help_text="what was replaced, such as a broken template"
    )


class Simulation(serializers.Serializer[Any]):
    """Whom an alert would tell, how, and why not."""

    alert_id = serializers.UUIDField(allow_null=True, help_text="null: an example, for want of one")
    route = serializers.ListField(
        child=serializers.CharField(), help_text="what would happen, step by step"
    )
    messages = SimulatedMessage(many=True)
