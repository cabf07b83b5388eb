"""What explodes, for people who look at it from outside the admin."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.pagination import page_of
from monitoring.api.permissions import Access, Role, only
from monitoring.api.views import ApiView
from monitoring.cardinality.report import cardinality_report

_DEFAULT, _MOST = 10, 100


class ShareRow(serializers.Serializer[Any]):
    """One metric, service or client."""

    name = serializers.CharField(allow_blank=True)
    series = serializers.IntegerField()
    new = serializers.IntegerField(help_text="created in the last hour")


class LabelRow(serializers.Serializer[Any]):
    """One label name."""

    label_name = serializers.CharField()
    values = serializers.IntegerField(help_text="different values")
    series = serializers.IntegerField(help_text="series that have it")


class ExplosionRow(serializers.Serializer[Any]):
    """One label of one metric."""

    metric = serializers.CharField()
    label_name = serializers.CharField()
    values = serializers.IntegerField(help_text="different values")
    example = serializers.CharField(help_text="one of them")


class CardinalityAnswer(serializers.Serializer[Any]):
    """The largest of everything, largest first."""

    total = serializers.IntegerField()
    limits = serializers.DictField(child=serializers.IntegerField())
    metrics = ShareRow(many=True)
    services = ShareRow(many=True)
    clients = ShareRow(many=True)
    labels = LabelRow(many=True)
    explosions = ExplosionRow(many=True)


class Cardinality(ApiView):
    """GET /api/v1/monitoring/metrics/cardinality"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": only(Role.ADMIN, Role.OPERATOR, Role.MONITORING)
    }

    @extend_schema(
        operation_id="metrics_cardinality",
        parameters=[
            OpenApiParameter("limit", int, description=f"entries of each list, {_DEFAULT}")
        ],
        responses=CardinalityAnswer,
    )
    def get(self, request: Request) -> Response:
        """Return how many series there are and what has the most of them."""
        top = page_of(request.query_params, default=_DEFAULT, maximum=_MOST).limit
        return Response(asdict(cardinality_report(at=timezone.now(), top=top)))
