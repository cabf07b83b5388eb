"""Silences over HTTP."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import muting_lists, muting_preview
from alerts.models import Silence
from alerts.routing import matcher_format
from alerts.routing.silencing import Phase
from alerts.serializers import silences as serializers
from alerts.services import silences
from alerts.views.actor import actor_of
from alerts.views.query import words_of
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access, Role, only
from monitoring.api.views import ApiView

WRITERS = only(Role.ADMIN, Role.OPERATOR, permission="silences:write")
STATE = OpenApiParameter(
    "state", str, description="one or more of active, pending, expired; all unless given"
)


class Silences(ApiView):
    """GET and POST /api/v1/monitoring/alerts/silences"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": WRITERS}

    @extend_schema(
        operation_id="silences_list",
        parameters=[STATE, LIMIT, OFFSET],
        responses=serializers.Silence(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return silences, the last to end first."""
        at = timezone.now()
        page = page_of(request.query_params, default=100, maximum=1_000)
        found = muting_lists.silences_in(words_of(request.query_params, "state", Phase), at)
        rows = found[page.offset : page.offset + page.limit]
        response = Response([_written(silence, at) for silence in rows])
        return with_page_headers(response, request, page, found.count())

    @extend_schema(
        operation_id="silences_create",
        request=serializers.SilenceInput,
        responses={201: serializers.Silence},
    )
    def post(self, request: Request) -> Response:
        """Mute what matches, until it ends."""
        body = serializers.SilenceInput(data=request.data)
        body.is_valid(raise_exception=True)
        at = timezone.now()
        terms = silences.SilenceTerms(**body.validated_data)
        silence = silences.create_silence(terms, by=actor_of(request).id, at=at)
        return Response(_written(silence, at), status=201)


class OneSilence(ApiView):
    """GET, PATCH and DELETE /api/v1/monitoring/alerts/silences/<id>"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": ANY_ROLE,
        "PATCH": WRITERS,
        "DELETE": WRITERS,
    }

    @extend_schema(operation_id="silences_one", responses=serializers.Silence)
    def get(self, request: Request, silence_id: UUID) -> Response:
        """Return one silence, expired or not."""
        return Response(_written(muting_lists.silence_by_id(silence_id), timezone.now()))

    @extend_schema(
        operation_id="silences_update",
        request=serializers.SilenceChanges,
        responses=serializers.Silence,
    )
    def patch(self, request: Request, silence_id: UUID) -> Response:
        """Extend or shorten a silence, or hand it to somebody else; what it matches stays."""
        body = serializers.SilenceChanges(data=request.data)
        body.is_valid(raise_exception=True)
        at = timezone.now()
        silence = silences.update_silence(
            silence_id, body.validated_data, by=actor_of(request).id, at=at
        )
        return Response(_written(silence, at))

    @extend_schema(operation_id="silences_end", responses={204: None})
    def delete(self, request: Request, silence_id: UUID) -> Response:
        """End it now; it stays as history, and a repeat changes nothing."""
        silences.end_silence(silence_id, by=actor_of(request).id, at=timezone.now())
        return Response(status=204)


class PreviewSilence(ApiView):
    """POST /api/v1/monitoring/alerts/silences/preview"""

    access: ClassVar[Mapping[str, Access]] = {"POST": WRITERS}

    @extend_schema(
        operation_id="silences_preview",
        request=serializers.SilencePreviewInput,
        responses=serializers.MutingPreview,
    )
    def post(self, request: Request) -> Response:
        """Return what such a silence would have muted in the last days; nothing is written."""
        body = serializers.SilencePreviewInput(data=request.data)
        body.is_valid(raise_exception=True)
        matchers = matcher_format.from_json(body.validated_data["matchers"])
        preview = muting_preview.of_silence(matchers, at=timezone.now())
        return Response(serializers.MutingPreview(preview).data)


def _written(silence: Silence, at: datetime) -> Any:
    return serializers.Silence(silence, context={"at": at}).data
