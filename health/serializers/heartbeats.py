"""JSON out of the heartbeat routes."""

from typing import Any

from rest_framework import serializers


class HeartbeatAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])
