"""The metrics endpoints as the OpenAPI schema shows them."""

from typing import Any

from rest_framework import serializers

from monitoring.types import MetricType, Temporality


class SampleInput(serializers.Serializer[Any]):
    """One pushed sample; `monitoring.ingest.validation` checks it."""

    metric_name = serializers.CharField(max_length=255)
    service_name = serializers.CharField(
        max_length=255, required=False, help_text="taken from x-service-name when missing"
    )
    value = serializers.FloatField(help_text="finite")
    type = serializers.ChoiceField([kind.value for kind in MetricType], default="gauge")
    temporality = serializers.ChoiceField(
        [kind.value for kind in Temporality],
        default="delta",
        help_text="counters: what was added since the last push, or the total so far",
    )
    labels = serializers.DictField(child=serializers.CharField(max_length=256), required=False)
    timestamp = serializers.DateTimeField(
        required=False, help_text="ISO 8601 or epoch milliseconds; the time of receipt when missing"
    )


class RejectedItem(serializers.Serializer[Any]):
    """One refused item of a batch."""

    index = serializers.IntegerField(help_text="place in the pushed array, from 0")
    error = serializers.CharField()
    field = serializers.CharField(allow_blank=True)


class PushAnswer(serializers.Serializer[Any]):
    """What became of a push; `stored` and `rejected` answer arrays only."""

    success = serializers.BooleanField(help_text="false if an item of the array was refused")
    stored = serializers.IntegerField(required=False, help_text="samples committed")
    rejected = RejectedItem(many=True, required=False)
    durable = serializers.ChoiceField(
        ["spool"],
        required=False,
        help_text="the database is away; the samples are on the local disk and will be stored",
    )


class Reading(serializers.Serializer[Any]):
    """One sample of one series."""

    metric_name = serializers.CharField()
    service_name = serializers.CharField()
    value = serializers.FloatField()
    type = serializers.ChoiceField([kind.value for kind in MetricType])
    labels = serializers.DictField(child=serializers.CharField())
    timestamp = serializers.DateTimeField(help_text="UTC")


class StepReading(serializers.Serializer[Any]):
    """One step of one curve: what the samples from `timestamp` to the next step come to."""

    metric_name = serializers.CharField()
    service_name = serializers.CharField(
        required=False, help_text="missing where a group may hold more than one service"
    )
    value = serializers.FloatField()
    labels = serializers.DictField(child=serializers.CharField())
    timestamp = serializers.DateTimeField(help_text="UTC; when the step begins")
