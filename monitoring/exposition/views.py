"""The door of Prometheus. Source: endpoint 9, service specification."""

from collections.abc import Mapping
from typing import ClassVar

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from monitoring.api.content_coding import takes_gzip
from monitoring.api.permissions import SCRAPER, Access
from monitoring.api.views import ApiView
from monitoring.exposition import openmetrics
from monitoring.exposition.selectors import Exporter, Format
from monitoring.exposition.snapshot import SnapshotCache
from monitoring.metrics_api.restricted import sees_restricted


def _snapshots(form: Format, *, restricted: bool) -> SnapshotCache:
    exporter = Exporter(form, restricted=restricted)
    return SnapshotCache(lambda at: exporter.text(at).encode(errors="replace"))


SNAPSHOTS = {
    (form, restricted): _snapshots(form, restricted=restricted)
    for form in Format
    for restricted in (True, False)
}


class ExportMetrics(ApiView):
    """GET /api/v1/monitoring/metrics/export

    OpenMetrics 1.0 for clients that rank it above the text format 0.0.4, as Prometheus does. Only stored series
    are shown, the service's own among them: every process counts into the same ones, so it does not matter which
    of several answers a scrape.
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

    @extend_schema(
        operation_id="metrics_export",
        responses={
            (200, "text/plain"): OpenApiTypes.STR,
            (200, "application/openmetrics-text"): OpenApiTypes.STR,
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the newest value of every series."""
        prefers = openmetrics.is_preferred(request.headers.get("Accept", ""))
        form = Format.OPENMETRICS if prefers else Format.TEXT
        cache = SNAPSHOTS[form, sees_restricted(request)]
        snapshot = cache.get(at=timezone.now(), keep=settings.METRICS_EXPORT_CACHE)
        if takes_gzip(request.headers.get("Accept-Encoding", "")):
            response = HttpResponse(snapshot.compressed, content_type=form.value)
            response["Content-Encoding"] = "gzip"
        else:
            response = HttpResponse(snapshot.body, content_type=form.value)
        patch_vary_headers(response, ["Accept", "Accept-Encoding"])
        return response
