"""Rules tried on the past, and messages tried on nobody, over HTTP."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.models import Backtest
from alerts.serializers import backtests as serializers
from alerts.services.backtests import Period, ask_backtest, backtest_by_id
from alerts.services.simulation import simulate
from alerts.tasks.backtests import ring_backtests
from alerts.views.actor import actor_of
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access, Role, only
from monitoring.api.views import ApiView

ASKERS = only(Role.ADMIN, Role.OPERATOR, permission="rules:write")


class AskBacktest(ApiView):
    """POST /api/v1/monitoring/alerts/rules/backtest"""

    access: ClassVar[Mapping[str, Access]] = {"POST": ASKERS}

    @extend_schema(
        operation_id="rules_backtest",
        request=serializers.BacktestInput,
        responses={202: serializers.Backtest},
    )
    def post(self, request: Request) -> Response:
        """Try a rule on stored samples; `Location` says where the result will be."""
        body = serializers.BacktestInput(data=request.data)
        body.is_valid(raise_exception=True)
        asked = body.validated_data
        backtest = ask_backtest(
            asked["rule"],
            Period(asked["start"], asked["end"]),
            rule_id=asked.get("rule_id"),
            by=actor_of(request).id,
            at=timezone.now(),
        )
        ring_backtests([backtest.pk])
        place = reverse("alert-backtest", args=[backtest.pk])
        return Response(
            serializers.Backtest(backtest).data, status=202, headers={"Location": place}
        )


class Backtests(ApiView):
    """GET /api/v1/monitoring/alerts/rules/backtests"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="backtests_list",
        parameters=[
            LIMIT,
            OFFSET,
        ],
        responses=serializers.BacktestLine(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return the backtests without their results, the newest first."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        found = Backtest.objects.defer("result").order_by("-created_at", "id")
        rows = found[page.offset : page.offset + page.limit]
        response = Response(serializers.BacktestLine(rows, many=True).data)
        return with_page_headers(response, request, page, found.count())


class OneBacktest(ApiView):
    """GET /api/v1/monitoring/alerts/rules/backtests/<id>"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(operation_id="backtests_one", responses=serializers.Backtest)
    def get(self, request: Request, backtest_id: UUID) -> Response:
        """Return one backtest: how far it is, and its result once it is done."""
        return Response(serializers.Backtest(backtest_by_id(backtest_id)).data)


class SimulateRule(ApiView):
    """POST /api/v1/monitoring/alerts/rules/<id>/simulate"""

    access: ClassVar[Mapping[str, Access]] = {"POST": ASKERS}

    @extend_schema(
        operation_id="rules_simulate",
        request=serializers.SimulationInput,
        responses=serializers.Simulation,
    )
    def post(self, request: Request, rule_id: UUID) -> Response:
        """Show what every channel would send about a real alert of the rule; nothing is sent."""
        body = serializers.SimulationInput(data=request.data)
        body.is_valid(raise_exception=True)
        found = simulate(rule_id, alert_id=body.validated_data.get("alert_id"), at=timezone.now())
        return Response(serializers.Simulation(found).data)
