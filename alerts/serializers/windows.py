"""JSON of maintenance windows, in and out."""

from typing import Any

from rest_framework import serializers

from alerts.models.silence import LONGEST_WINDOW_MINUTES
from alerts.routing.silencing import Phase
from alerts.serializers.fields import Switch, WholeNumber
from alerts.serializers.silences import MatcherField, StrictSerializer


class WindowTimes(StrictSerializer):
    """When a window is open."""

    recurrence = serializers.CharField(
        max_length=255, help_text="iCalendar RRULE of days, such as FREQ=WEEKLY;BYDAY=SU"
    )
    first_start = serializers.DateTimeField(
        help_text="first begin; the rule has to name its day, and its time of day is that of all"
    )
    duration_minutes = WholeNumber(min_value=1, max_value=LONGEST_WINDOW_MINUTES)
    time_zone = serializers.CharField(max_length=64, required=False, help_text="UTC unless given")


class WindowPreviewInput(WindowTimes):
    """A window that somebody is about to plan."""

    matchers = MatcherField(many=True)


class WindowInput(WindowPreviewInput):
    """The fields of a window."""

    name = serializers.CharField(max_length=255)
    owner = serializers.CharField(max_length=255)
    reason = serializers.CharField(max_length=2_000)
    expires_at = serializers.DateTimeField(help_text="nothing begins after this")
    enabled = Switch(required=False)
    public_title = serializers.CharField(
        max_length=255,
        required=False,
        allow_blank=True,
        help_text="announced on the public status page; empty: not there",
    )
    public_text = serializers.CharField(
        max_length=5_000,
        required=False,
        allow_blank=True,
        help_text="what the public should know",
    )


class Opening(serializers.Serializer[Any]):
    """One time at which a window is open."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


class Window(serializers.Serializer[Any]):
    """One maintenance window."""

    id = serializers.UUIDField(source="window.id")
    name = serializers.CharField(source="window.name")
    state = serializers.ChoiceField([each.value for each in Phase])
    matchers = MatcherField(many=True, source="window.matchers")
    recurrence = serializers.CharField(source="window.recurrence")
    first_start = serializers.DateTimeField(source="window.first_start")
    duration_minutes = serializers.IntegerField(source="window.duration_minutes")
    time_zone = serializers.CharField(source="window.time_zone")
    owner = serializers.CharField(source="window.owner")
    reason = serializers.CharField(source="window.reason")
    expires_at = serializers.DateTimeField(source="window.expires_at")
    enabled = serializers.BooleanField(source="window.enabled")
    public_title = serializers.CharField(source="window.public_title")
    public_text = serializers.CharField(source="window.public_text")
    created_at = serializers.DateTimeField(source="window.created_at")
    next = Opening(many=True, help_text="open now, or to be opened: at most five")
