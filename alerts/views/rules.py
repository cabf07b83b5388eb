"""Rules over HTTP."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import serializers, services
from alerts.models import AlertRule
from alerts.selectors import rule_by_id
from alerts.views.actor import actor_of
from alerts.views.precondition import IF_MATCH, expected_version, with_etag
from monitoring.api.pagination import page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access, Role, only
from monitoring.api.views import ApiView

WRITERS = only(Role.ADMIN, permission="rules:write")


class Rules(ApiView):
    """GET and POST /api/v1/monitoring/alerts/rules"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": WRITERS}

    @extend_schema(
        operation_id="rules_list",
        parameters=[
            OpenApiParameter("limit", int, description="rows of the page"),
            OpenApiParameter("offset", int, description="rows to leave out before the page"),
        ],
        responses=serializers.Rule(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return the rules, by name."""
        page = page_of(request.query_params, default=5_000, maximum=5_000)
        rules = AlertRule.objects.select_related("escalation_policy").order_by("rule_name")
        rows = rules[page.offset : page.offset + page.limit]
        response = Response(serializers.Rule(rows, many=True).data)
        return with_page_headers(response, request, page, rules.count())

    @extend_schema(
        operation_id="rules_create",
        request=serializers.RuleInput,
        responses={201: serializers.Rule},
    )
    def post(self, request: Request) -> Response:
        """Create a rule; a field that is not known is refused."""
        body = serializers.RuleInput(data=request.data)
        body.is_valid(raise_exception=True)
        rule = services.create_rule(body.validated_data, by=actor_of(request).id)
        return with_etag(Response(serializers.Rule(rule).data, status=201), rule.version)


class OneRule(ApiView):
    """GET, PUT, PATCH and DELETE /api/v1/monitoring/alerts/rules/<id>"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": ANY_ROLE,
        "PUT": WRITERS,
        "PATCH": WRITERS,
        "DELETE": WRITERS,
    }

    @extend_schema(operation_id="rules_one", responses=serializers.Rule)
    def get(self, request: Request, rule_id: UUID) -> Response:
        """Return one rule."""
        rule = rule_by_id(rule_id)
        return with_etag(Response(serializers.Rule(rule).data), rule.version)

    @extend_schema(
        operation_id="rules_update",
        parameters=[IF_MATCH],
        request=serializers.RuleInput(partial=True),
        responses=serializers.Rule,
    )
    def put(self, request: Request, rule_id: UUID) -> Response:
        """Change the fields that are given; the others stay, as the specification's example has it."""
        return self._merge(request, rule_id)

    @extend_schema(
        operation_id="rules_patch",
        parameters=[IF_MATCH],
        request=serializers.RuleInput(partial=True),
        responses=serializers.Rule,
    )
    def patch(self, request: Request, rule_id: UUID) -> Response:
        """Change the fields that are given, the same as PUT."""
        return self._merge(request, rule_id)

    @extend_schema(operation_id="rules_delete", parameters=[IF_MATCH], responses={204: None})
    def delete(self, request: Request, rule_id: UUID) -> Response:
        """Delete the rule and close its alerts; one that a composite rule names stays."""
        services.delete_rule(
            rule_id,
            by=actor_of(request).id,
            at=timezone.now(),
            expected_version=expected_version(request),
        )
        return Response(status=204)

    def _merge(self, request: Request, rule_id: UUID) -> Response:
        body = serializers.RuleInput(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        rule = services.update_rule(
            rule_id,
            body.validated_data,
            by=actor_of(request).id,
            at=timezone.now(),
            expected_version=expected_version(request),
        )
        return with_etag(Response(serializers.Rule(rule).data), rule.version)
