"""Rate limits: fixed windows of a minute, counted in the cache for all processes, or here while it is away.

Source: section "Rate Limiting", service specification; the headers are those of the plugin that it names, where
`x-ratelimit-reset` is the seconds that are left.
"""

import logging
import time
from typing import TYPE_CHECKING

from django.conf import settings
from django_ratelimit.core import get_usage
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from monitoring.api.addresses import client_address, is_exempt_from_limits, network_key
from monitoring.api.permissions import holder_of
from monitoring.api.windows import LocalWindows, Usage
from monitoring.backends.cache import CACHE_ERRORS
from monitoring.breaker import Breaker

if TYPE_CHECKING:
    # The framework imports this module while it builds APIView.
    from rest_framework.views import APIView

logger = logging.getLogger(__name__)

_WINDOW_SECONDS = 60
_local = LocalWindows(seconds=_WINDOW_SECONDS)
# A cache that hangs costs one request its time-out every few seconds, not each request.
_breaker = Breaker(pause_seconds=3)


class FixedWindowThrottle(BaseThrottle):
    """Counts by the view's `rate_scope` and by who asks: the token's subject, else the client's address."""

    def __init__(self) -> None:
        self._reset_seconds = 0

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Count the request, put what is left into the answer's headers, and say whether it may pass."""
        if is_exempt_from_limits(request):
            return True
        scope = getattr(view, "rate_scope", "default")
        usage = self.count(request, scope, limit=settings.RATE_LIMITS[scope])
        self._reset_seconds = usage.reset_seconds
        view.headers.update(headers_of(usage))
        return not usage.is_over

    def count(self, request: Request, scope: str, *, limit: int) -> Usage:
        """Count the request over all processes."""
        return count_request(request, scope, limit=limit)

    def wait(self) -> float:
        """Return the seconds until the window ends."""
        return self._reset_seconds


class OwnWindowThrottle(FixedWindowThrottle):
    """Counts in this process alone, so that a cache that hangs delays no answer: of several each has its limit."""

    def count(self, request: Request, scope: str, *, limit: int) -> Usage:
        return count_here(request, scope, limit=limit)


def count_request(request: Request, scope: str, *, limit: int) -> Usage:
    """Count one request of this client in the scope; exact over all processes while the cache answers."""
    client = client_key(request)
    if _breaker.may_try():
        try:
            usage = _shared_count(request, scope, client, limit)
        except CACHE_ERRORS as error:
            _breaker.failed()
            logger.warning(
                "rate limits are counted in this process", extra={"reason": type(error).__name__}
            )
        else:
            _breaker.succeeded()
            return usage
    return _local_count(scope, client, limit)


def count_here(request: Request, scope: str, *, limit: int) -> Usage:
    """Count one request of this client in the scope, in this process."""
    return _local_count(scope, client_key(request), limit)


def _local_count(scope: str, client: str, limit: int) -> Usage:
    return _local.hit(f"{scope} {client}", limit=limit, now=time.time())


def client_key(request: Request) -> str:
    """Return who is counted."""
    holder = holder_of(request)
    return f"token {holder.id}" if holder else f"address {network_key(client_address(request))}"


def headers_of(usage: Usage) -> dict[str, str]:
    """Return the headers that tell a client where it stands."""
    return {
        "X-RateLimit-Limit": str(usage.limit),
        "X-RateLimit-Remaining": str(usage.remaining),
        "X-RateLimit-Reset": str(usage.reset_seconds),
    }


def _shared_count(request: Request, scope: str, client: str, limit: int) -> Usage:
    counted = get_usage(
        request,
        group=scope,
        key=lambda _group, _request: client,
        rate=(limit, _WINDOW_SECONDS),
        increment=True,
    )
    if counted["time_left"] < 0:  # the library's sign that the count is gone
        raise ConnectionError("the cache lost the count")
    return Usage(count=counted["count"], limit=limit, reset_seconds=max(1, counted["time_left"]))
