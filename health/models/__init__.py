"""Tables of health, one file each."""

from health.models.service_health import ServiceHealth
from health.models.watched_service import WatchedService

__all__ = ["ServiceHealth", "WatchedService"]
