"""What there is to ask for, and what Grafana looks at before it asks."""

from collections.abc import Mapping
from typing import ClassVar

import orjson
from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from monitoring.api.permissions import SCRAPER, Access
from monitoring.metrics_api.restricted import sees_restricted
from monitoring.prometheus_api import catalogue
from monitoring.prometheus_api.base import PrometheusView, source_for, succeeded
from monitoring.prometheus_api.schema import METADATA, SELECTION, operation
from monitoring.promql.errors import BadQueryError
from monitoring.promql.labels import is_label_name

# Grafana asks for no more than this version of Prometheus has, whose language and forms these are.
_SPOKEN_VERSION = "2.42.0"


class SeriesList(PrometheusView):
    """GET or POST /api/v1/monitoring/prometheus/api/v1/series"""

    @extend_schema(**operation("series", SELECTION))
    def get(self, request: Request) -> HttpResponse:
        """Return the label sets of the series that match."""
        asked = self.parameters(request)
        selectors = asked.selectors()
        if not selectors:
            raise BadQueryError("no match[] parameter provided")
        found = catalogue.series(source_for(request), selectors, asked.limit())
        return succeeded(orjson.dumps(found))

    @extend_schema(**operation("series_form", SELECTION))
    def post(self, request: Request) -> HttpResponse:
        """Return the same for parameters in a form."""
        return self.get(request)


class LabelNames(PrometheusView):
    """GET or POST /api/v1/monitoring/prometheus/api/v1/labels"""

    @extend_schema(**operation("labels", SELECTION))
    def get(self, request: Request) -> HttpResponse:
        """Return the names of labels."""
        asked = self.parameters(request)
        found = catalogue.label_names(source_for(request), asked.selectors(), asked.limit())
        return succeeded(orjson.dumps(found))

    @extend_schema(**operation("labels_form", SELECTION))
    def post(self, request: Request) -> HttpResponse:
        """Return the same for parameters in a form."""
        return self.get(request)


class ReadOnlyView(PrometheusView):
    """A path that Prometheus has for GET alone."""

    access: ClassVar[Mapping[str, Access]] = {"GET": SCRAPER}


class LabelValues(ReadOnlyView):
    """GET /api/v1/monitoring/prometheus/api/v1/label/<name>/values"""

    @extend_schema(**operation("label_values", SELECTION))
    def get(self, request: Request, name: str) -> HttpResponse:
        """Return the values that one label has."""
        if not is_label_name(name):
            raise BadQueryError(f'invalid label name: "{name}"')
        asked = self.parameters(request)
        found = catalogue.label_values(source_for(request), name, asked.selectors(), asked.limit())
        return succeeded(orjson.dumps(found))


class Metadata(ReadOnlyView):
    """GET /api/v1/monitoring/prometheus/api/v1/metadata"""

    @extend_schema(**operation("metadata", METADATA))
    def get(self, request: Request) -> HttpResponse:
        """Return type, help and unit of the metrics."""
        asked = self.parameters(request)
        found = catalogue.metadata(
            asked.text("metric"), asked.limit(), restricted=sees_restricted(request)
        )
        return succeeded(orjson.dumps(found))


class BuildInfo(ReadOnlyView):
    """GET /api/v1/monitoring/prometheus/api/v1/status/buildinfo"""

    @extend_schema(**operation("buildinfo"))
    def get(self, request: Request) -> HttpResponse:
        """Return which Prometheus this service speaks like, by which Grafana chooses what to offer."""
        information = {
            "version": _SPOKEN_VERSION,
            "revision": f"tickettoken-monitoring-{settings.SERVICE_VERSION}",
            "branch": "",
            "buildUser": "",
            "buildDate": "",
            "goVersion": "",
        }
        return succeeded(orjson.dumps(information))


class Rules(ReadOnlyView):
    """GET /api/v1/monitoring/prometheus/api/v1/rules"""

    @extend_schema(**operation("rules"))
    def get(self, request: Request) -> HttpResponse:
        """Return no groups: the rules of this service are no PromQL; they stand under /alerts/rules."""
        return succeeded(b'{"groups":[]}')


class Alerts(ReadOnlyView):
    """GET /api/v1/monitoring/prometheus/api/v1/alerts"""

    @extend_schema(**operation("alerts"))
    def get(self, request: Request) -> HttpResponse:
        """Return none, as there are no PromQL rules; the alerts of this service stand under /alerts."""
        return succeeded(b'{"alerts":[]}')


class Exemplars(PrometheusView):
    """GET or POST /api/v1/monitoring/prometheus/api/v1/query_exemplars"""

    @extend_schema(**operation("exemplars"))
    def get(self, request: Request) -> HttpResponse:
        """Return none: this service stores no exemplars."""
        return succeeded(b"[]")

    @extend_schema(**operation("exemplars_form"))
    def post(self, request: Request) -> HttpResponse:
        """Return the same for parameters in a form."""
        return self.get(request)
