"""The door for Twilio's reports: public by design, since the signature is the authority; shut where none is set."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.channels.twilio_signature import report_of
from alerts.ledger import record_receipt
from alerts.views.signed_bodies import body_of
from monitoring.api.permissions import ANYONE, Access
from monitoring.api.views import ApiView
from monitoring.errors import NotFoundError


class TwilioStatus(ApiView):
    """POST /api/v1/monitoring/twilio/status"""

    access: ClassVar[Mapping[str, Access]] = {"POST": ANYONE}

    @extend_schema(
        operation_id="twilio_status",
        parameters=[OpenApiParameter("notification", int, description="the message it is about")],
        request={"application/x-www-form-urlencoded": OpenApiTypes.OBJECT},
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Write down what became of a text message, as Twilio signed it."""
        if not settings.TWILIO_AUTH_TOKEN:
            raise NotFoundError("Reports of Twilio are not configured here")
        asked = request.query_params.get("notification", "")
        report = report_of(asked, body_of(request), request.headers)
        record_receipt(report.notification_id, report.status, report.detail, timezone.now())
        return Response(status=204)
