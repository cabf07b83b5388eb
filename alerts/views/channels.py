"""Channels over HTTP: how they stand, and a test of one."""

from collections.abc import Mapping
from typing import ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from alerts.channel_states import standings
from alerts.serializers.channels import Channel, ChannelTestInput, TestedChannel
from alerts.services.channel_tests import try_channel
from alerts.views.actor import actor_of
from monitoring.api.permissions import ANY_ROLE, Access, Role, only
from monitoring.api.views import ApiView

TESTERS = only(Role.ADMIN, Role.OPERATOR, permission="alerts:write")


class Channels(ApiView):
    """GET /api/v1/monitoring/alerts/channels"""

    access: ClassVar[Mapping[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(operation_id="channels", responses=Channel(many=True))
    def get(self, request: Request) -> Response:
        """Return all channels, by name; no addresses and no secrets."""
        return Response(Channel(standings(at=timezone.now()), many=True).data)


class SendTest(ApiView):
    """POST /api/v1/monitoring/alerts/channels/<name>/test"""

    access: ClassVar[Mapping[str, Access]] = {"POST": TESTERS}

    @extend_schema(operation_id="channels_test", request=ChannelTestInput, responses=TestedChannel)
    def post(self, request: Request, name: str) -> Response:
        """Send one real message and wait for the answer; 502 with the reason if it is not taken."""
        body = ChannelTestInput(data=request.data)
        body.is_valid(raise_exception=True)
        tested = try_channel(
            name,
            recipient=body.validated_data.get("recipient", ""),
            by=actor_of(request).id,
            at=timezone.now(),
        )
        return Response(TestedChannel(tested).data)
