"""What a rule said before, over HTTP."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import serializers, services
from alerts.services.rule_versions import diff, versions_of
from alerts.views.actor import actor_of
from alerts.views.precondition import IF_MATCH, expected_version, with_etag
from alerts.views.rules import WRITERS
from monitoring.api.pagination import page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access
from monitoring.api.views import ApiView


class RuleVersions(ApiView):
    """GET /api/v1/monitoring/alerts/rules/<id>/versions"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="rules_versions",
        parameters=[
            OpenApiParameter("limit", int, description="rows of the page"),
            OpenApiParameter("offset", int, description="rows to leave out before the page"),
        ],
        responses=serializers.RuleVersion(many=True),
    )
    def get(self, request: Request, rule_id: UUID) -> Response:
        """Return what the rule said, the newest version first; also of a deleted rule."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        versions = versions_of(rule_id)
        rows = versions[page.offset : page.offset + page.limit]
        response = Response(serializers.RuleVersion(rows, many=True).data)
        return with_page_headers(response, request, page, len(versions))


class RuleVersionsDiff(ApiView):
    """GET /api/v1/monitoring/alerts/rules/<id>/versions/diff"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="rules_versions_diff",
        parameters=[
            OpenApiParameter("before", int, description="version; the one before the newest"),
            OpenApiParameter("after", int, description="version; the newest"),
        ],
        responses=serializers.RuleDiff,
    )
    def get(self, request: Request, rule_id: UUID) -> Response:
        """Return the fields in which two versions of the rule differ."""
        asked = serializers.RuleDiffInput(data=request.query_params)
        asked.is_valid(raise_exception=True)
        after = asked.validated_data.get("after") or versions_of(rule_id)[0].version
        before = asked.validated_data.get("before", max(1, after - 1))
        changes = diff(rule_id, before, after)
        found = {"before": before, "after": after, "changes": changes}
        return Response(serializers.RuleDiff(found).data)


class RollBackRule(ApiView):
    """POST /api/v1/monitoring/alerts/rules/<id>/rollback"""

    access: ClassVar[Mapping[str, Access]] = {"POST": WRITERS}

    @extend_schema(
        operation_id="rules_rollback",
        parameters=[IF_MATCH],
        request=serializers.RollbackInput,
        responses=serializers.Rule,
    )
    def post(self, request: Request, rule_id: UUID) -> Response:
        """Give the rule the fields of an earlier version, as a new version; a deleted rule comes back."""
        body = serializers.RollbackInput(data=request.data)
        body.is_valid(raise_exception=True)
        rule = services.roll_back_rule(
            rule_id,
            body.validated_data["version"],
            by=actor_of(request).id,
            at=timezone.now(),
            expected_version=expected_version(request),
        )
        return with_etag(Response(serializers.Rule(rule).data), rule.version)
