"""JSON of the business figures. Source: endpoint 22, service specification."""

from typing import Any

from rest_framework import serializers

from sales.business.figures import Source


class Revenue(serializers.Serializer[Any]):
    today = serializers.IntegerField(allow_null=True, help_text="cents")
    week = serializers.IntegerField(allow_null=True, help_text="cents, since Monday")
    month = serializers.IntegerField(allow_null=True, help_text="cents, since the first")


class Tickets(serializers.Serializer[Any]):
    sold_today = serializers.IntegerField(allow_null=True)
    active_events = serializers.IntegerField(
        allow_null=True, help_text="events that sold in the last 30 days"
    )


class Venues(serializers.Serializer[Any]):
    active = serializers.IntegerField(
        allow_null=True, help_text="venues that sold in the last 30 days"
    )
    total = serializers.IntegerField(allow_null=True)


class FigureQuality(serializers.Serializer[Any]):
    source = serializers.ChoiceField(  # type: ignore[assignment]  # every field has an attribute of that name
        choices=[source.value for source in Source], allow_null=True, help_text="null: none knows"
    )
    unit = serializers.CharField()
    measured_at = serializers.DateTimeField(allow_null=True)
    age_seconds = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_blank=True, help_text="why there is no value")


class Business(serializers.Serializer[Any]):
    revenue = Revenue()
    tickets = Tickets()
    venues = Venues()
    dataQuality = serializers.DictField(  # noqa: N815 - wire name
        child=FigureQuality(), help_text="by figure, such as revenue.today"
    )
    timestamp = serializers.DateTimeField()
