"""On-call rotations over HTTP: anybody reads who is on call, operators stand in, administrators write."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import serializers
from alerts.models import OnCallRotation
from alerts.services import rotations
from alerts.services.oncall import rotation_by_id, shifts_between
from alerts.services.rotations import RotationFields
from alerts.views.actor import actor_of
from monitoring.api.permissions import ANY_ROLE, Access, Role, only
from monitoring.api.query import instant_of
from monitoring.api.views import ApiView
from monitoring.errors import InvalidInputError

WRITERS = only(Role.ADMIN, permission="escalation:write")
STAND_INS = only(Role.ADMIN, Role.OPERATOR, permission="oncall:write")
UPCOMING = timedelta(weeks=6)
# Turns are counted in weeks before and after the first one; the calendar itself ends at the year 9999.
_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


class Rotations(ApiView):
    """GET and POST /api/v1/monitoring/alerts/rotations"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": WRITERS}

    @extend_schema(operation_id="rotations_list", responses=serializers.Rotation(many=True))
    def get(self, request: Request) -> Response:
        """Return all rotations and who takes part, by name."""
        rows = OnCallRotation.objects.prefetch_related("members__contact").order_by("name")
        return Response(serializers.Rotation(rows, many=True).data)

    @extend_schema(
        operation_id="rotations_create",
        request=serializers.RotationInput,
        responses={201: serializers.Rotation},
    )
    def post(self, request: Request) -> Response:
        """Create a rotation; without `first_week` the first member has the turn of this week."""
        fields = _fields_of(request, partial=False)
        row = rotations.save_rotation(fields, by=actor_of(request).id, at=timezone.now())
        return Response(serializers.Rotation(rotation_by_id(row.pk)).data, status=201)


class OneRotation(ApiView):
    """GET, PUT and DELETE /api/v1/monitoring/alerts/rotations/<id>"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "PUT": WRITERS, "DELETE": WRITERS}

    @extend_schema(operation_id="rotations_one", responses=serializers.Rotation)
    def get(self, request: Request, rotation_id: UUID) -> Response:
        """Return one rotation."""
        return Response(serializers.Rotation(rotation_by_id(rotation_id)).data)

    @extend_schema(
        operation_id="rotations_update",
        request=serializers.RotationInput(partial=True),
        responses=serializers.Rotation,
    )
    def put(self, request: Request, rotation_id: UUID) -> Response:
        """Change the fields that are given; who has the turn keeps it when people come or go."""
        fields = _fields_of(request, partial=True)
        rotations.save_rotation(
            fields, by=actor_of(request).id, at=timezone.now(), rotation_id=rotation_id
        )
        return Response(serializers.Rotation(rotation_by_id(rotation_id)).data)

    @extend_schema(operation_id="rotations_delete", responses={204: None})
    def delete(self, request: Request, rotation_id: UUID) -> Response:
        """Delete a rotation that no policy names."""
        rotations.delete_rotation(rotation_id, by=actor_of(request).id)
        return Response(status=204)


class OnCallNow(ApiView):
    """GET /api/v1/monitoring/alerts/rotations/<id>/on-call"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(
        operation_id="rotations_on_call",
        parameters=[OpenApiParameter("at", OpenApiTypes.DATETIME, description="now unless given")],
        responses=serializers.OnCall,
    )
    def get(self, request: Request, rotation_id: UUID) -> Response:
        """Return who is on call, and the shifts of the six weeks after that."""
        row, at = rotation_by_id(rotation_id), _instant(request)
        shown = [
            {
                "person": person,
                "starts_at": shift.starts_at,
                "ends_at": shift.ends_at,
                "stands_in": shift.stands_in,
            }
            for shift, person in shifts_between(row, at, at + UPCOMING)
        ]
        now, *upcoming = shown
        body = {
            "rotation_id": row.pk,
            "at": at,
            "person": now["person"],
            "until": now["ends_at"],
            "upcoming": upcoming,
        }
        return Response(serializers.OnCall(body).data)


class Overrides(ApiView):
    """GET and POST /api/v1/monitoring/alerts/rotations/<id>/overrides"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": STAND_INS}

    @extend_schema(operation_id="overrides_list", responses=serializers.Override(many=True))
    def get(self, request: Request, rotation_id: UUID) -> Response:
        """Return the overrides that are not over yet, in order."""
        rows = rotation_by_id(rotation_id).overrides.filter(ends_at__gt=timezone.now())
        ordered = rows.select_related("contact").order_by("starts_at", "pk")
        return Response(serializers.Override(ordered, many=True).data)

    @extend_schema(
        operation_id="overrides_create",
        request=serializers.OverrideInput,
        responses={201: serializers.Override},
    )
    def post(self, request: Request, rotation_id: UUID) -> Response:
        """Let somebody stand in; of two overrides at once the younger one counts."""
        body = serializers.OverrideInput(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = body.validated_data
        override = rotations.add_override(
            rotation_id,
            wanted["contact_id"],
            starts_at=wanted["starts_at"],
            ends_at=wanted["ends_at"],
            reason=wanted.get("reason", ""),
            by=actor_of(request).id,
        )
        return Response(serializers.Override(override).data, status=201)


def _fields_of(request: Request, *, partial: bool) -> RotationFields:
    body = serializers.RotationInput(data=request.data, partial=partial)
    body.is_valid(raise_exception=True)
    columns: dict[str, Any] = dict(body.validated_data)
    return RotationFields(columns=columns, members=columns.pop("members", None))


def _instant(request: Request) -> datetime:
    at = instant_of(request.query_params, "at", None) or timezone.now()
    if not _EARLIEST <= at <= _LATEST:
        message = f"at must lie between {_EARLIEST.year} and {_LATEST.year}"
        raise InvalidInputError(message, details={"at": [message]})
    return at
