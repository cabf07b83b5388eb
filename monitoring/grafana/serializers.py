"""The Grafana data source as the OpenAPI schema shows it; `requests.py` reads what comes."""

from typing import Any

from rest_framework import serializers


class Alive(serializers.Serializer[Any]):
    """The data source answers."""

    status = serializers.CharField(help_text="ok")


class SearchInput(serializers.Serializer[Any]):
    """What the user has typed so far."""

    target = serializers.CharField(required=False, allow_blank=True)


class Option(serializers.Serializer[Any]):
    """One choice of a field."""

    label = serializers.CharField()  # type: ignore[assignment]  # Grafana's word, also a field's own
    value = serializers.CharField()


class FormField(serializers.Serializer[Any]):
    """One field of a metric's form, as the plug-in draws it."""

    name = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # Grafana's word, also a field's own
    type = serializers.ChoiceField(["input", "select", "multi-select"])
    placeholder = serializers.CharField(required=False)
    options = Option(many=True, required=False, help_text="asked for when missing")


class MetricsInput(serializers.Serializer[Any]):
    """What the editor holds so far; every metric is answered whatever it is."""

    metric = serializers.CharField(required=False, allow_blank=True)
    payload = serializers.DictField(required=False)


class MetricChoice(serializers.Serializer[Any]):
    """One metric that can be drawn."""

    label = serializers.CharField()  # type: ignore[assignment]  # Grafana's word, also a field's own
    value = serializers.CharField()
    payloads = FormField(many=True)


class OptionsInput(serializers.Serializer[Any]):
    """A field whose options are wanted."""

    metric = serializers.CharField(required=False, allow_blank=True)
    payload = serializers.DictField(required=False)
    name = serializers.CharField(help_text="service, labels, group_by, aggregation or across")


class VariableInput(serializers.Serializer[Any]):
    """The query of a variable."""

    payload = serializers.DictField(
        help_text='{"target": "cpu"}, or label_values(cpu, host), or {"metric": "cpu", "label": "host"}'
    )


class VariableValue(serializers.Serializer[Any]):
    """One value of a variable."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; Python would rename attributes that begin so."""
        return {"__text": serializers.CharField(), "__value": serializers.CharField()}


class TagKey(serializers.Serializer[Any]):
    """One label that a filter can be about."""

    type = serializers.CharField(help_text="string")
    text = serializers.CharField()


class TagValuesInput(serializers.Serializer[Any]):
    """A label whose values are wanted."""

    key = serializers.CharField()


class TagValue(serializers.Serializer[Any]):
    """One value of a label."""

    text = serializers.CharField()


class RangeInput(serializers.Serializer[Any]):
    """The range of the panel: at most 31 days of samples, and up to 400 days where roll-ups can answer."""

    to = serializers.DateTimeField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return the fields; `from` is a word of Python and cannot be an attribute."""
        return {"from": serializers.DateTimeField(), **super().get_fields()}


class PayloadInput(serializers.Serializer[Any]):
    """What a panel's form asks for beside the metric; an empty field asks for nothing."""

    service = serializers.CharField(required=False, help_text="one, a list, or (a|b)")
    labels = serializers.CharField(
        required=False, help_text='host="a", rack=~"(b|c)"; or an object of values or lists'
    )
    aggregation = serializers.CharField(
        required=False,
        help_text="avg, min, max, sum, count, first, last, rate, increase, p50 to p99.9",
    )
    step = serializers.CharField(
        required=False, help_text="60s, 5m, 1h; longer where that would be too many points"
    )
    group_by = serializers.CharField(required=False, help_text="labels, as a list or a,b")
    across = serializers.CharField(
        required=False, help_text="sum, avg, min, max, count or p95 of a group's series"
    )
    tags = serializers.CharField(required=False, help_text="of annotations: one must be there")


class FilterInput(serializers.Serializer[Any]):
    """A condition that a dashboard puts on every panel."""

    key = serializers.CharField()
    operator = serializers.ChoiceField(["=", "!=", "=~", "!~", "<", ">", "=|", "!=|"])
    value = serializers.CharField(allow_blank=True)


class TargetInput(serializers.Serializer[Any]):
    """One line of a panel."""

    target = serializers.CharField(help_text='name{label="value",service_name="payment-service"}')
    refId = serializers.CharField(required=False)  # noqa: N815 - Grafana's word
    type = serializers.ChoiceField(["timeserie", "table"], required=False)
    hide = serializers.BooleanField(required=False)
    payload = PayloadInput(required=False)


class QueryInput(serializers.Serializer[Any]):
    """One request of a panel."""

    range = RangeInput()
    targets = TargetInput(many=True, help_text="at most 20")
    filters = FilterInput(many=True, required=False)
    adhocFilters = FilterInput(many=True, required=False)  # noqa: N815 - Grafana's word
    maxDataPoints = serializers.IntegerField(required=False, min_value=1)  # noqa: N815 - Grafana's word
    intervalMs = serializers.IntegerField(required=False, min_value=1)  # noqa: N815 - Grafana's word


class Curve(serializers.Serializer[Any]):
    """One series; a target of type table answers with columns and rows instead."""

    target = serializers.CharField()
    datapoints = serializers.ListField(
        child=serializers.ListField(
            child=serializers.FloatField(allow_null=True), min_length=2, max_length=2
        ),
        help_text="[value, milliseconds since the epoch], oldest first; null where a gap begins",
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
