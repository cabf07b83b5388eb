"""The cache, seen and emptied over HTTP. Source: section "Cache Management Endpoints", service specification."""

import logging
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.permissions import ANY_ROLE, Access, Role, holder_of, only
from monitoring.api.views import ApiView
from monitoring.cache import cache_usage, flush_cache

audit_logger = logging.getLogger("monitoring.audit")


class CacheStatsOutput(serializers.Serializer[Any]):
    """Field names as the specification has them."""

    hits = serializers.IntegerField(help_text="lookups that found something, over all processes")
    misses = serializers.IntegerField(help_text="lookups that found nothing")
    hitRate = serializers.FloatField(help_text="percent of the lookups that were hits")  # noqa: N815 - as above
    size = serializers.IntegerField(
        help_text="bytes in Valkey by MEMORY USAGE, scaled up from the first 1,000 keys"
    )
    keys = serializers.IntegerField(help_text="keys under this service's prefix")


class CacheFlushOutput(serializers.Serializer[Any]):
    success = serializers.BooleanField()
    message = serializers.CharField()


class CacheStats(ApiView):
    """GET /cache/stats"""

    access: ClassVar[dict[str, Access]] = {"GET": ANY_ROLE}

    @extend_schema(operation_id="cache_stats", responses=CacheStatsOutput)
    def get(self, request: Request) -> Response:
        """Tell how much this service's part of the cache holds and how well it works."""
        usage = cache_usage()
        return Response(
            {
                "hits": usage.hits,
                "misses": usage.misses,
                "hitRate": usage.hit_rate_percent,
                "size": usage.size_bytes,
                "keys": usage.keys,
            }
        )


class CacheFlush(ApiView):
    """DELETE /cache/flush"""

    access: ClassVar[dict[str, Access]] = {"DELETE": only(Role.ADMIN)}

    @extend_schema(operation_id="cache_flush", responses={200: CacheFlushOutput})
    def delete(self, request: Request) -> Response:
        """Empty this service's part of the cache; queues, rate limits and other services' keys stay."""
        removed = flush_cache()
        holder = holder_of(request)
        audit_logger.info(
            "cache flushed", extra={"subject": holder.id if holder else None, "keys": removed}
        )
        return Response({"success": True, "message": "Cache flushed"})
