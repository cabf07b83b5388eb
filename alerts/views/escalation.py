"""Escalation policies over HTTP: anybody reads them, administrators write them."""

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import serializers
from alerts.models import EscalationPolicy
from alerts.services import policies
from alerts.services.policies import PolicyFields, policy_by_id
from alerts.views.actor import actor_of
from monitoring.api.permissions import ANY_ROLE, Access, Role, only
from monitoring.api.views import ApiView

WRITERS = only(Role.ADMIN, permission="escalation:write")


class Policies(ApiView):
    """GET and POST /api/v1/monitoring/alerts/escalation-policies"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": WRITERS}

    @extend_schema(operation_id="escalation_policies_list", responses=serializers.Policy(many=True))
    def get(self, request: Request) -> Response:
        """Return all policies with their chains, by name."""
        rows = EscalationPolicy.objects.prefetch_related("steps__contact", "steps__rotation")
        return Response(serializers.Policy(rows.order_by("name"), many=True).data)

    @extend_schema(
        operation_id="escalation_policies_create",
        request=serializers.PolicyInput,
        responses={201: serializers.Policy},
    )
    def post(self, request: Request) -> Response:
        """Create a policy; rules name it from then on."""
        fields = _fields_of(request, partial=False)
        policy = policies.save_policy(fields, by=actor_of(request).id)
        return Response(serializers.Policy(policy).data, status=201)


class OnePolicy(ApiView):
    """GET, PUT and DELETE /api/v1/monitoring/alerts/escalation-policies/<id>"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "PUT": WRITERS, "DELETE": WRITERS}

    @extend_schema(operation_id="escalation_policies_one", responses=serializers.Policy)
    def get(self, request: Request, policy_id: UUID) -> Response:
        """Return one policy with its chain."""
        return Response(serializers.Policy(policy_by_id(policy_id)).data)

    @extend_schema(
        operation_id="escalation_policies_update",
        request=serializers.PolicyInput(partial=True),
        responses=serializers.Policy,
    )
    def put(self, request: Request, policy_id: UUID) -> Response:
        """Change the fields that are given; alerts that fire already keep the chain that they began with."""
        fields = _fields_of(request, partial=True)
        policy = policies.save_policy(fields, by=actor_of(request).id, policy_id=policy_id)
        return Response(serializers.Policy(policy).data)

    @extend_schema(operation_id="escalation_policies_delete", responses={204: None})
    def delete(self, request: Request, policy_id: UUID) -> Response:
        """Delete a policy that no rule uses."""
        policies.delete_policy(policy_id, by=actor_of(request).id)
        return Response(status=204)


def _fields_of(request: Request, *, partial: bool) -> PolicyFields:
    body = serializers.PolicyInput(data=request.data, partial=partial)
    body.is_valid(raise_exception=True)
    columns: dict[str, Any] = dict(body.validated_data)
    return PolicyFields(columns=columns, steps=columns.pop("steps", None))
