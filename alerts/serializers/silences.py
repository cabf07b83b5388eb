"""JSON of silences, in and out, and of what they would mute."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts import models
from alerts.muting_lists import phase_of_silence
from alerts.routing.matching import MatchOp
from alerts.routing.silencing import Phase
from alerts.serializers.alerts import Alert


class StrictSerializer(serializers.Serializer[Any]):
    """Input in which a field that is not known is refused by name: a typing error must not mute less or more."""

    def to_internal_value(self, data: Any) -> Any:
        """Read the fields; raise ValidationError for others."""
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                problems = {name: ["This field is not known."] for name in unknown}
                raise serializers.ValidationError(problems)
        return super().to_internal_value(data)


class MatcherField(StrictSerializer):
    """One condition on a label of an alert: of its series, or service_name, rule, severity.

    `op` and `value` are judged with the rest of the matchers, in one place for every way in.
    """

    label = serializers.CharField(max_length=64)  # type: ignore[assignment]  # no caption, a field
    op = serializers.ChoiceField([each.value for each in MatchOp])
    value = serializers.CharField(max_length=1_000, allow_blank=True, trim_whitespace=False)


class SilenceInput(StrictSerializer):
    """What to mute, until when, who answers for it and why."""

    matchers = MatcherField(many=True)
    starts_at = serializers.DateTimeField(required=False, help_text="at once unless given")
    ends_at = serializers.DateTimeField()
    owner = serializers.CharField(max_length=255)
    reason = serializers.CharField(max_length=2_000)


class SilenceChanges(StrictSerializer):
    """What may change while a silence holds: its end, later or earlier, and its words."""

    ends_at = serializers.DateTimeField(required=False)
    owner = serializers.CharField(max_length=255, required=False)
    reason = serializers.CharField(max_length=2_000, required=False)


class Silence(serializers.Serializer[Any]):
    """One silence."""

    id = serializers.UUIDField()
    state = serializers.SerializerMethodField(help_text="at the instant `at` of the context")
    matchers = MatcherField(many=True)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    owner = serializers.CharField()
    reason = serializers.CharField()
    ended_by = serializers.CharField(help_text="who ended it early; empty if nobody did")
    created_at = serializers.DateTimeField()

    @extend_schema_field({"type": "string", "enum": [each.value for each in Phase]})
    def get_state(self, silence: models.Silence) -> str:
        """Return where it stands."""
        return phase_of_silence(silence, self.context["at"]).value


class SilencePreviewInput(StrictSerializer):
    """Which alerts somebody is about to mute."""

    matchers = MatcherField(many=True)


class MutingPreview(serializers.Serializer[Any]):
    """What would have been muted."""

    would_have_muted = serializers.IntegerField(help_text="alerts that fired and match")
    alerts = Alert(many=True, help_text="the newest 50 of them")
    days = serializers.IntegerField(help_text="how far back was looked")
