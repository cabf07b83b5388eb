"""JSON of the noise report."""

from typing import Any

from rest_framework import serializers

from alerts.models.backtest import BacktestStatus
from alerts.reports.advice import AdviceKind


class NoiseFigures(serializers.Serializer[Any]):
    """What one rule did in some time."""

    fired = serializers.IntegerField()
    acknowledged = serializers.IntegerField()
    acknowledged_percent = serializers.FloatField(allow_null=True)
    resolved_quickly = serializers.IntegerField(help_text="by itself, within 5 minutes")
    resolved_quickly_percent = serializers.FloatField(allow_null=True)
    flapping = serializers.IntegerField()
    messages = serializers.IntegerField(help_text="sent about it, by whatever channel")
    night_pages = serializers.IntegerField(help_text="messages to people at night")
    median_seconds_to_acknowledge = serializers.FloatField(allow_null=True)


class NoiseWeek(serializers.Serializer[Any]):
    """One week of a rule."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    figures = NoiseFigures()


class Proof(serializers.Serializer[Any]):
    """The backtest of a piece of advice; the counts are there once it is done."""

    backtest_id = serializers.UUIDField()
    status = serializers.ChoiceField(BacktestStatus.choices)
    progress = serializers.FloatField(help_text="share of the work that is done, 0 to 1")
    asked_at = serializers.DateTimeField()
    days = serializers.IntegerField(help_text="length of the period before it was asked for")
    fired_before = serializers.IntegerField(
        allow_null=True, help_text="how often the rule fires as it is"
    )
    fired_after = serializers.IntegerField(
        allow_null=True, help_text="how often it would have fired with the change"
    )
    error = serializers.CharField()


class ProofInput(serializers.Serializer[Any]):
    """Which advice to prove; only one that proposes other terms can be."""

    kind = serializers.ChoiceField(
        [(kind.value, kind.value) for kind in AdviceKind],
        required=False,
        help_text="needed where several pieces of advice stand for the rule",
    )
    weeks = serializers.IntegerField(
        default=4, min_value=1, max_value=26, help_text="of the report that gives the advice"
    )


class Advice(serializers.Serializer[Any]):
    """What to change about a rule, and why."""

    kind = serializers.ChoiceField([(kind.value, kind.value) for kind in AdviceKind])
    reason = serializers.CharField()
    change = serializers.DictField(
        help_text="fields of the rule as PATCH takes them: what a backtest may try"
    )
    hides_percent = serializers.FloatField(
        allow_null=True, help_text="share of the firings that the change would have hidden"
    )
    delays_seconds = serializers.FloatField(
        allow_null=True, help_text="how much later the others would have fired"
    )
    proof = Proof(allow_null=True, help_text="null until somebody asks for it")


class RuleNoise(serializers.Serializer[Any]):
    """One rule over the whole time, week by week, with advice."""

    rule_id = serializers.UUIDField()
    rule_name = serializers.CharField()
    severity = serializers.CharField()
    figures = NoiseFigures()
    weeks = NoiseWeek(many=True)
    advice = Advice(many=True)


class NoiseReport(serializers.Serializer[Any]):
    """All rules that fired, those that sent the most messages first."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    rules = RuleNoise(many=True)
