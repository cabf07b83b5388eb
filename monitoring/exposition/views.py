"""The door of Prometheus. Source: endpoint 9, service specification."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from monitoring.api.permissions import SCRAPER, Access
from monitoring.api.views import ApiView
from monitoring.exposition.selectors import exposition_text
from monitoring.exposition.snapshot import SnapshotCache
from monitoring.exposition.text import CONTENT_TYPE
from monitoring.metrics_api.restricted import sees_restricted


def _build_all(at: datetime) -> bytes:
    return exposition_text(at=at, restricted=True).encode(errors="replace")


def _build_open(at: datetime) -> bytes:
    return exposition_text(at=at, restricted=False).encode(errors="replace")


SNAPSHOTS = {True: SnapshotCache(_build_all), False: SnapshotCache(_build_open)}


class ExportMetrics(ApiView):
    """GET /api/v1/monitoring/metrics/export

    Always the text format 0.0.4, which every scraper takes: OpenMetrics would want another name for
    two counters of the specification. Only stored series are shown, the service's own among them. The
    registry that django-prometheus fills is not appended: it knows one process, and a scrape meets
    another one each time, so its counters would jump back and forth.
    """

    access: ClassVar[Mapping[str, Access]] = {"GET": SCRAPER}
    rate_scope = "scrape"

    def perform_content_negotiation(
        self,
        request: Request,
        force: bool = False,  # noqa: FBT001 - DRF's signature
    ) -> tuple[BaseRenderer, str]:
        """Refuse no Accept header: there is one format, and errors are JSON."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(operation_id="metrics_export", responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Return the newest value of every series in the Prometheus text format."""
        cache = SNAPSHOTS[sees_restricted(request)]
        snapshot = cache.get(at=timezone.now(), keep=settings.METRICS_EXPORT_CACHE)
        if _takes_gzip(request.headers):
            response = HttpResponse(snapshot.compressed, content_type=CONTENT_TYPE)
            response["Content-Encoding"] = "gzip"
        else:
            response = HttpResponse(snapshot.body, content_type=CONTENT_TYPE)
        patch_vary_headers(response, ["Accept-Encoding"])
        return response


def _takes_gzip(headers: Mapping[str, Any]) -> bool:
    for item in headers.get("Accept-Encoding", "").lower().split(","):
        coding, _, quality = item.partition(";")
        if coding.strip() in {"gzip", "*"}:
            return quality.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False
