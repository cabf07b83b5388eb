"""JSON of channels, in and out."""

from typing import Any

from rest_framework import serializers

from alerts.channel_states import DISABLED, PAUSED, READY


class Channel(serializers.Serializer[Any]):
    """One way to reach people, and how it stands."""

    name = serializers.CharField(help_text="the word that rules use")
    state = serializers.ChoiceField([READY, PAUSED, DISABLED])
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="settings without which it is disabled"
    )
    bundles = serializers.BooleanField(help_text="one message may speak for several alerts")
    follows = serializers.BooleanField(help_text="it is told of acknowledgements too")
    per_minute = serializers.IntegerField(help_text="messages it may send in a minute; 0: no limit")
    recipients = serializers.IntegerField()
    owed = serializers.IntegerField(help_text="messages that wait to be sent")
    last_sent_at = serializers.DateTimeField(allow_null=True, help_text="within the last 30 days")
    paused_until = serializers.DateTimeField(allow_null=True)
    pause_reason = serializers.CharField()


class ChannelTestInput(serializers.Serializer[Any]):
    """Whom to send the test to."""

    recipient = serializers.CharField(
        max_length=2_000, required=False, help_text="one of the channel's own; default: its first"
    )


class TestedChannel(serializers.Serializer[Any]):
    """Proof that the other side took the test."""

    channel = serializers.CharField()
    recipient = serializers.CharField(help_text="of a URL only the host")
    reference = serializers.CharField(help_text="how to find the message there")
    reply = serializers.CharField(help_text="what the other side said")
