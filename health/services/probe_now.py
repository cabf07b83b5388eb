"""Probes one service because a person asks for it."""

import logging
from datetime import datetime

from health.models import WatchedService
from health.services.probing import probe_services
from health.watched_lists import watched_name
from monitoring.errors import ConflictError

logger = logging.getLogger(__name__)


class ServiceDisabledError(ConflictError):
    """A disabled service is not probed."""


def probe_now(name: str, *, by: str, at: datetime) -> str:
    """Probe a service by either of its names for the slot `at`, due or not, and return its short name.

    Raises ServiceNotWatchedError or ServiceDisabledError.
    """
    short = watched_name(name)
    if not WatchedService.objects.filter(pk=short, enabled=True).exists():
        raise ServiceDisabledError(f"{short} is disabled: enable it first")
    logger.info("service probed on demand", extra={"watched_service": short, "by": by})
    probe_services(at=at, names=[short])
    return short
