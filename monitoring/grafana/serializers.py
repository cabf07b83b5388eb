"""The Grafana data source as the OpenAPI schema shows it; `requests.py` reads what comes."""

from typing import Any

from rest_framework import serializers


class Alive(serializers.Serializer[Any]):
    """The data source answers."""

    status = serializers.CharField(help_text="ok")


class SearchInput(serializers.Serializer[Any]):
    """What the user has typed so far."""

    target = serializers.CharField(required=False, allow_blank=True)


class RangeInput(serializers.Serializer[Any]):
    """The range of the panel, at most 31 days."""

    to = serializers.DateTimeField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; `from` is a word of Python and cannot be an attribute."""
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class TargetInput(serializers.Serializer[Any]):
    """One line of a panel."""

    target = serializers.CharField(help_text='name{label="value",service_name="payment-service"}')
    refId = serializers.CharField(required=False)  # noqa: N815 - Grafana's word
    type = serializers.ChoiceField(["timeserie", "table"], required=False)
    hide = serializers.BooleanField(required=False)


class QueryInput(serializers.Serializer[Any]):
    """One request of a panel."""

    range = RangeInput()
    targets = TargetInput(many=True, help_text="at most 20")
    maxDataPoints = serializers.IntegerField(required=False, min_value=1)  # noqa: N815 - Grafana's word
    intervalMs = serializers.IntegerField(required=False, min_value=1)  # noqa: N815 - Grafana's word


class Curve(serializers.Serializer[Any]):
    """One series; a target of type table answers with columns and rows instead."""

    target = serializers.CharField()
    datapoints = serializers.ListField(
        child=serializers.ListField(child=serializers.FloatField(), min_length=2, max_length=2),
        help_text="[value, milliseconds since the epoch], oldest first",
    )


class AnnotationQuery(serializers.Serializer[Any]):
    """Grafana's own description of the annotation, sent back with each mark."""

    name = serializers.CharField(required=False)
    query = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="tags, separated by commas; one of them must be there",
    )


class AnnotationsInput(serializers.Serializer[Any]):
    """What a dashboard asks to be marked."""

    range = RangeInput()
    annotation = AnnotationQuery(required=False)


class Mark(serializers.Serializer[Any]):
    """One event on the charts."""

    time = serializers.IntegerField(help_text="milliseconds since the epoch")
    timeEnd = serializers.IntegerField(required=False, help_text="only of what is over")  # noqa: N815 - Grafana's word
    title = serializers.CharField()
    text = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
