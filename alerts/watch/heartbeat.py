"""A sign to somebody outside that all is well: they alarm when it stops, whatever the reason."""

import logging

from django.conf import settings

from monitoring.outbound import Deadline, OutboundError, request

logger = logging.getLogger(__name__)

_SECONDS = 10.0


def send_heartbeat() -> bool:
    """Ask HEARTBEAT_URL, and tell whether it answered with 2xx; without one nothing is asked."""
    if not settings.HEARTBEAT_URL:
        return False
    try:
        answer = request(
            "GET",
            settings.HEARTBEAT_URL,
            deadline=Deadline(_SECONDS),
            headers={"User-Agent": f"{settings.SERVICE_NAME}/{settings.SERVICE_VERSION}"},
            max_body_bytes=1_024,
            allowed_hosts=settings.OUTBOUND_ALLOWED_HOSTS,
        )
    except OutboundError as error:
        logger.warning("heartbeat not taken", extra={"error": str(error)})
        return False
    taken = 200 <= answer.status < 300
    if not taken:
        logger.warning("heartbeat not taken", extra={"status": answer.status})
    return taken
