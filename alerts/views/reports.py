"""Reports of alerting over HTTP."""

import re
from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import serializers
from alerts.reports.proofs import with_proofs
from alerts.reports.selectors import noise_at
from alerts.serializers.backtests import Backtest
from alerts.serializers.noise import ProofInput
from alerts.services.proofs import Question, ask_proof
from alerts.tasks.backtests import ring_backtests
from alerts.views.actor import actor_of
from alerts.views.backtests import ASKERS
from monitoring.api.permissions import ANY_ROLE, Access
from monitoring.api.views import ApiView
from monitoring.errors import InvalidInputError

MOST_WEEKS = 26
_NUMBER = re.compile(r"[0-9]{1,2}")


class Noise(ApiView):
    """GET /api/v1/monitoring/alerts/noise"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="alerts_noise",
        parameters=[
            OpenApiParameter("weeks", int, description=f"1 to {MOST_WEEKS}, 4 unless given")
        ],
        responses=serializers.NoiseReport,
    )
    def get(self, request: Request) -> Response:
        """Return how loud each rule was, week by week, and what would make it quieter."""
        weeks = weeks_of(request.query_params)
        report = with_proofs(noise_at(timezone.now(), weeks=weeks))
        return Response(serializers.NoiseReport(report).data)


class ProveAdvice(ApiView):
    """POST /api/v1/monitoring/alerts/noise/<rule_id>/proof"""

    access: ClassVar[Mapping[str, Access]] = {"POST": ASKERS}

    @extend_schema(operation_id="alerts_noise_prove", request=ProofInput, responses={202: Backtest})
    def post(self, request: Request, rule_id: UUID) -> Response:
        """Try what is advised for a rule on its last week; the noise report then says what came of it."""
        body = ProofInput(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        question = Question(rule_id, asked["weeks"], asked.get("kind", ""))
        backtest = ask_proof(question, by=actor_of(request).id, at=timezone.now())
        ring_backtests([backtest.pk])
        place = reverse("alert-backtest", args=[backtest.pk])
        return Response(Backtest(backtest).data, status=202, headers={"Location": place})


def weeks_of(query_params: Mapping[str, str]) -> int:
    """Return how many weeks are asked for, 4 unless said. Raises InvalidInputError."""
    raw = query_params.get("weeks", "4")
    if _NUMBER.fullmatch(raw) is None or not 1 <= int(raw) <= MOST_WEEKS:
        message = f"weeks must be a whole number from 1 to {MOST_WEEKS}"
        raise InvalidInputError(message, details={"weeks": [message]})
    return int(raw)
