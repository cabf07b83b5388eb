"""What the routes of health share: no peer is asked while a client waits, not even for a rate limit."""

from typing import Any

from django.conf import settings
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from health.serializers.health_json import MEDIA_TYPE
from monitoring.api.renderers import JsonRenderer
from monitoring.api.throttling import OwnWindowThrottle
from monitoring.api.views import ApiView


class HealthJsonRenderer(JsonRenderer):
    """JSON for those who ask for health by its media type."""

    media_type = MEDIA_TYPE
    format = "health"


class HealthView(ApiView):
    """Base of the health routes: their own rate limit, so that probes never starve a client.

    It is counted in this process, and no Accept header is refused: a probe must learn how things are, not what it
    should have asked for.
    """

    rate_scope = "health"
    throttle_classes = [OwnWindowThrottle]

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001 - DRF's signature
    ) -> tuple[BaseRenderer, str]:
        """Fall back to plain JSON."""
        return super().perform_content_negotiation(request, force=True)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Let no cache between us and the client repeat how things were."""
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)


def version_for(request: Request) -> str | None:
    """Return the version of this service, None where it is hidden from callers without a token."""
    is_told = settings.STATUS_PUBLIC_DETAIL or request.user is not None
    return settings.SERVICE_VERSION if is_told else None
