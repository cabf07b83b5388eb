"""Maintenance windows over HTTP."""

from collections.abc import Mapping
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import muting_lists, muting_preview
from alerts.routing import matcher_format
from alerts.routing.recurrence import Schedule
from alerts.routing.silencing import Phase
from alerts.serializers import windows as serializers
from alerts.serializers.silences import MutingPreview
from alerts.services import windows
from alerts.views.actor import actor_of
from alerts.views.query import words_of
from alerts.views.silences import STATE, WRITERS
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import ANY_ROLE, Access
from monitoring.api.views import ApiView


class Windows(ApiView):
    """GET and POST /api/v1/monitoring/alerts/windows"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE, "POST": WRITERS}

    @extend_schema(
        operation_id="windows_list",
        parameters=[STATE, LIMIT, OFFSET],
        responses=serializers.Window(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return maintenance windows, by name; active is one that is open now."""
        page = page_of(request.query_params, default=100, maximum=1_000)
        phases = words_of(request.query_params, "state", Phase)
        found = muting_lists.windows_in(phases, timezone.now())
        rows = found[page.offset : page.offset + page.limit]
        response = Response(serializers.Window(rows, many=True).data)
        return with_page_headers(response, request, page, len(found))

    @extend_schema(
        operation_id="windows_create",
        request=serializers.WindowInput,
        responses={201: serializers.Window},
    )
    def post(self, request: Request) -> Response:
        """Plan a window; a field that is not known is refused."""
        body = serializers.WindowInput(data=request.data)
        body.is_valid(raise_exception=True)
        at = timezone.now()
        window = windows.create_window(body.validated_data, by=actor_of(request).id, at=at)
        return Response(serializers.Window(muting_lists.standing(window, at)).data, status=201)


class OneWindow(ApiView):
    """GET, PATCH and DELETE /api/v1/monitoring/alerts/windows/<id>"""

    access: ClassVar[Mapping[str, Access]] = {
        "GET": ANY_ROLE,
        "PATCH": WRITERS,
        "DELETE": WRITERS,
    }

    @extend_schema(operation_id="windows_one", responses=serializers.Window)
    def get(self, request: Request, window_id: UUID) -> Response:
        """Return one window with its next openings."""
        window = muting_lists.window_by_id(window_id)
        return Response(serializers.Window(muting_lists.standing(window, timezone.now())).data)

    @extend_schema(
        operation_id="windows_update",
        request=serializers.WindowInput(partial=True),
        responses=serializers.Window,
    )
    def patch(self, request: Request, window_id: UUID) -> Response:
        """Change the fields that are given."""
        body = serializers.WindowInput(data=request.data, partial=True)
        body.is_valid(raise_exception=True)
        at = timezone.now()
        window = windows.update_window(
            window_id, body.validated_data, by=actor_of(request).id, at=at
        )
        return Response(serializers.Window(muting_lists.standing(window, at)).data)

    @extend_schema(operation_id="windows_end", responses={204: None})
    def delete(self, request: Request, window_id: UUID) -> Response:
        """Close the window for good; it stays as history, and a repeat changes nothing."""
        windows.end_window(window_id, by=actor_of(request).id, at=timezone.now())
        return Response(status=204)


class PreviewWindow(ApiView):
    """POST /api/v1/monitoring/alerts/windows/preview"""

    access: ClassVar[Mapping[str, Access]] = {"POST": WRITERS}

    @extend_schema(
        operation_id="windows_preview",
        request=serializers.WindowPreviewInput,
        responses=MutingPreview,
    )
    def post(self, request: Request) -> Response:
        """Return what such a window would have muted in the last days; nothing is written."""
        body = serializers.WindowPreviewInput(data=request.data)
        body.is_valid(raise_exception=True)
        at, fields = timezone.now(), body.validated_data
        schedule = Schedule(
            rule=fields["recurrence"],
            first_start=fields["first_start"],
            duration_minutes=fields["duration_minutes"],
            time_zone=fields.get("time_zone", "UTC"),
            expires_at=max(fields["first_start"], at),
        )
        matchers = matcher_format.from_json(fields["matchers"])
        return Response(MutingPreview(muting_preview.of_window(matchers, schedule, at=at)).data)
