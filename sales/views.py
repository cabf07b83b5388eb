"""GET dashboard/business. Source: endpoint 22, service specification."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.permissions import ANY_ROLE, Access, Role
from monitoring.api.views import ApiView
from sales import serializers
from sales.business.figures import FIGURES, Figure, Told
from sales.selectors import figures_told

_QUALITY = "X-Data-Quality"


class DashboardBusiness(ApiView):
    """GET /api/v1/monitoring/dashboard/business"""

    # Revenue is not everybody's business where roles are strict.
    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE.strictly(Role.OPERATOR, Role.ADMIN)}

    @extend_schema(
        operation_id="dashboard_business",
        parameters=[
            OpenApiParameter(
                _QUALITY,
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                response=True,
                description="`complete`, or `incomplete` with the figures that nobody knows",
            )
        ],
        responses=serializers.Business,
    )
    def get(self, request: Request) -> Response:
        """Return revenue, tickets and venues as they were measured last.

        A figure that no source knows is null, never zero; `dataQuality` says where each comes from, how old it is, or
        why it is missing.
        """
        at = timezone.now()
        told = figures_told(at=at)
        shown = [(figure, told[figure.name]) for figure in FIGURES if figure.path]
        response = Response(serializers.Business(_body(shown, at)).data)
        missing = [figure.path for figure, one in shown if one.value is None]
        response[_QUALITY] = f'incomplete; missing="{" ".join(missing)}"' if missing else "complete"
        return response


def _body(shown: list[tuple[Figure, Told]], at: datetime) -> dict[str, Any]:
    body: dict[str, Any] = {"dataQuality": {}, "timestamp": at}
    for figure, one in shown:
        group, name = figure.path.split(".")
        body.setdefault(group, {})[name] = one.value
        age = (
            None
            if one.measured_at is None
            else max(0, round((at - one.measured_at).total_seconds()))
        )
        body["dataQuality"][figure.path] = {
            "source": one.source,
            "unit": figure.unit,
            "measured_at": one.measured_at,
            "age_seconds": age,
            "reason": one.reason,
        }
    return body
