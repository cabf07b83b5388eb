"""The ledger over HTTP: what was owed, what became of it, and the proof that it says so still."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts import ledger
from alerts.ledger.listing import NotificationFilter, notification_by_id, notifications_matching
from alerts.models.choices import Severity
from alerts.models.notification import Kind, Status
from alerts.serializers.notifications import LedgerVerification, Notification, OneNotification
from alerts.views.query import words_of
from monitoring.api.pagination import LIMIT, OFFSET, page_of, with_page_headers
from monitoring.api.permissions import Access, Role, only
from monitoring.api.query import instant_of
from monitoring.api.views import ApiView
from monitoring.errors import InvalidInputError

# Addresses and telephone numbers of people are among it.
KEEPERS = only(Role.ADMIN, Role.OPERATOR, permission="alerts:read")
# The chain is verified as a whole; the rows of this many days, unless more are asked for.
_DAYS = timedelta(days=31)


class Notifications(ApiView):
    """GET /api/v1/monitoring/notifications"""

    access: ClassVar[Mapping[str, Access]] = {"GET": KEEPERS}

    @extend_schema(
        operation_id="notifications",
        parameters=[
            OpenApiParameter("status", str, description="one or more of the statuses"),
            OpenApiParameter("kind", str, description="one or more of the kinds"),
            OpenApiParameter("severity", str),
            OpenApiParameter("channel", str),
            OpenApiParameter("alert", OpenApiTypes.UUID, description="about this alert"),
            OpenApiParameter("from", OpenApiTypes.DATETIME, description="owed not before"),
            OpenApiParameter("to", OpenApiTypes.DATETIME, description="owed not after"),
            LIMIT,
            OFFSET,
        ],
        responses=Notification(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return messages, the newest first; `X-Total-Count` says how many there are."""
        query = request.query_params
        page = page_of(query, default=100, maximum=1_000)
        found = notifications_matching(
            NotificationFilter(
                statuses=words_of(query, "status", Status.values),
                kinds=words_of(query, "kind", Kind.values),
                severities=words_of(query, "severity", Severity.values),
                channel=query.get("channel", ""),
                alert_id=_id_of(query, "alert"),
                start=instant_of(query, "from", None),
                end=instant_of(query, "to", None),
            )
        )
        rows = found[page.offset : page.offset + page.limit]
        response = Response(Notification(rows, many=True).data)
        return with_page_headers(response, request, page, found.count())


class OneNotificationView(ApiView):
    """GET /api/v1/monitoring/notifications/<id>"""

    access: ClassVar[Mapping[str, Access]] = {"GET": KEEPERS}

    @extend_schema(operation_id="notifications_one", responses=OneNotification)
    def get(self, request: Request, notification_id: int) -> Response:
        """Return one message with its tries and receipts."""
        return Response(OneNotification(notification_by_id(notification_id)).data)


class VerifyLedger(ApiView):
    """GET /api/v1/monitoring/notifications/ledger/verify"""

    access: ClassVar[Mapping[str, Access]] = {"GET": KEEPERS}

    @extend_schema(
        operation_id="notifications_ledger_verify",
        parameters=[
            OpenApiParameter(
                "from",
                OpenApiTypes.DATE,
                description="rows of days from here on, by default 31 days; the chain always as a whole",
            )
        ],
        responses=LedgerVerification,
    )
    def get(self, request: Request) -> Response:
        """Compute the digests anew and compare them; say what is late and what is missing."""
        at = timezone.now()
        since = instant_of(request.query_params, "from", at - _DAYS) or at - _DAYS
        return Response(LedgerVerification(ledger.verify(at=at, since=since.date())).data)


def _id_of(query_params: Mapping[str, str], name: str) -> UUID | None:
    text = query_params.get(name, "")
    try:
        return UUID(text) if text else None
    except ValueError as error:
        message = f"{name} must be the id of an alert"
        raise InvalidInputError(message, details={name: [message]}) from error
