"""Our part of the cache as a whole: what it holds, and how it is emptied."""

from typing import cast

from django.core.cache import caches

from monitoring.backends.cache import CACHE_ERRORS, CacheUsage, CountedCache
from monitoring.errors import ServiceUnavailableError

_AWAY = "The cache does not answer"


def cache_usage() -> CacheUsage:
    """Return what our keys hold and how often lookups found something. Raises ServiceUnavailableError."""
    try:
        return _backend().usage()
    except CACHE_ERRORS as error:
        raise ServiceUnavailableError(_AWAY) from error


def flush_cache() -> int:
    """Remove our keys, and nobody else's; return how many. Raises ServiceUnavailableError."""
    try:
        return _backend().flush()
    except CACHE_ERRORS as error:
        raise ServiceUnavailableError(_AWAY) from error


def _backend() -> CountedCache:
    return cast("CountedCache", caches["default"])
