"""Objectives as JSON, in and out."""

from typing import Any

import numpy as np
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from alerts.serializers.fields import Exact, Switch, WholeNumber
from alerts.serializers.silences import StrictSerializer
from health.catalogue import short_name_of
from health.models import Slo as SloRow
from health.models import SloState as SloStateRow
from health.models import WatchedService
from health.slo.burn import pair_rates
from health.slo_selectors import Course
from monitoring.errors import NotFoundError
from monitoring.query.range import SeriesSamples
from monitoring.storage.instants import from_ms

MAX_POINTS = 500  # of each series


class ServiceName(serializers.CharField):
    """A watched service by its short or full name."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the row. A name that is not watched is a validation error."""
        wanted = super().to_internal_value(data)
        rows = {row.name: row for row in WatchedService.objects.all()}
        full_names = {name: row.service_name for name, row in rows.items()}
        try:
            return rows[short_name_of(wanted, full_names)]
        except NotFoundError as error:
            raise serializers.ValidationError(error.message) from error


class SloInput(StrictSerializer):
    """What an objective promises."""

    name = serializers.SlugField(max_length=64)
    service = ServiceName(help_text="`payment` and `payment-service` mean the same")
    target_percent = Exact(max_digits=7, decimal_places=4)
    kind = serializers.ChoiceField(SloRow.Kind.choices, default=SloRow.Kind.AVAILABILITY)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # no caption, a field
        SloRow.Source.choices, default=SloRow.Source.PROBES
    )
    threshold_ms = WholeNumber(
        min_value=1, max_value=86_400_000, allow_null=True, default=None, help_text="latency only"
    )
    window_days = WholeNumber(min_value=1, max_value=90, default=30)
    description = serializers.CharField(max_length=5_000, allow_blank=True, default="")
    owner = serializers.CharField(max_length=255, allow_blank=True, default="")
    enabled = Switch(default=True)


class SloState(serializers.Serializer[Any]):
    """Where an objective stood at its last evaluation."""

    at = serializers.DateTimeField()
    compliance_percent = serializers.FloatField(allow_null=True)
    budget_remaining = serializers.FloatField(
        allow_null=True, help_text="share: 1 untouched, 0 spent, negative overspent"
    )
    burn_rates = serializers.DictField(child=serializers.FloatField(allow_null=True))
    pair_rates = serializers.SerializerMethodField(
        help_text="the smaller rate of a long window and its short one; what the rules watch"
    )
    exhausted_at = serializers.DateTimeField(
        allow_null=True, help_text="forecast at the present burn; null: not within the window"
    )

    @extend_schema_field(serializers.DictField(child=serializers.FloatField(allow_null=True)))
    def get_pair_rates(self, state: SloStateRow) -> dict[str, float | None]:
        """Return the rates of the pairs."""
        return pair_rates(state.burn_rates)


class Slo(serializers.Serializer[Any]):
    """An objective, and where it stands; `state` is null until the first evaluation."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    service = serializers.CharField(source="service.service_name")
    kind = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # no caption, a field
    target_percent = serializers.FloatField()
    threshold_ms = serializers.IntegerField(allow_null=True)
    window_days = serializers.IntegerField()
    description = serializers.CharField(allow_blank=True)
    owner = serializers.CharField(allow_blank=True)
    enabled = serializers.BooleanField()
    state = serializers.SerializerMethodField()

    @extend_schema_field(SloState(allow_null=True))
    def get_state(self, slo: SloRow) -> dict[str, Any] | None:
        """Return where it stands."""
        state = getattr(slo, "state", None)
        return None if state is None else dict(SloState(state).data)


class Point(serializers.Serializer[Any]):
    """One value at one instant."""

    at = serializers.DateTimeField()
    value = serializers.FloatField()


class SloHistory(serializers.Serializer[Any]):
    """How an objective went in a span."""

    budget_remaining = Point(many=True)
    burn_rates = serializers.DictField(
        child=Point(many=True), help_text="by pair of windows, such as 1h/5m"
    )


def history_of(course: Course) -> dict[str, Any]:
    """Return the course of an objective as the answer holds it."""
    remaining = [] if course.remaining is None else _points(course.remaining)
    return {
        "budget_remaining": remaining,
        "burn_rates": {pair: _points(samples) for pair, samples in course.burns.items()},
    }


def _points(samples: SeriesSamples) -> list[dict[str, Any]]:
    """Return at most MAX_POINTS of the samples, evenly spaced, the first and the last among them."""
    count = len(samples.values)
    places = np.unique(np.linspace(0, count - 1, min(count, MAX_POINTS)).round().astype(int))
    return [
        {"at": from_ms(at), "value": value}
        for at, value in zip(
            samples.at_ms[places].tolist(), samples.values[places].tolist(), strict=True
        )
    ]
