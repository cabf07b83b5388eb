"""The door for buttons pressed in Slack: public by design, since the signature is the authority; shut without one."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.channels import slack_signature
from alerts.services.buttons import press_button
from alerts.views.signed_bodies import body_of
from monitoring.api.permissions import ANYONE, Access
from monitoring.api.views import ApiView
from monitoring.errors import NotFoundError


class SlackActions(ApiView):
    """POST /api/v1/monitoring/slack/actions"""

    access: ClassVar[Mapping[str, Access]] = {"POST": ANYONE}

    @extend_schema(
        operation_id="slack_actions",
        request={"application/x-www-form-urlencoded": OpenApiTypes.OBJECT},
        responses=OpenApiTypes.OBJECT,
    )
    def post(self, request: Request) -> Response:
        """Take the press of a button that Slack signed; the message in Slack changes when the channel is told."""
        if not settings.SLACK_SIGNING_SECRET:
            raise NotFoundError("Buttons of Slack are not configured here")
        body, at = body_of(request), timezone.now()
        signature = slack_signature.check(body, request.headers, at=at)
        press = slack_signature.press_of(body, signature=signature)
        acted = press_button(press, at=at) if press is not None else []
        return Response({"acted_on": [str(alert_id) for alert_id in acted]})
