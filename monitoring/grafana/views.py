"""The JSON data source of Grafana. Source: endpoints 29 to 32, service specification.

The specification's contract is that of the SimpleJson plug-in, which its successor by simPod keeps.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.permissions import SCRAPER, Access
from monitoring.api.views import ApiView
from monitoring.grafana import serializers
from monitoring.grafana.reply import annotation_reply
from monitoring.grafana.requests import annotation_query_of, query_of
from monitoring.grafana.selectors import annotations_in, curves
from monitoring.metrics_api.restricted import sees_restricted


class Datasource(ApiView):
    """GET /api/v1/monitoring/grafana, with and without a slash: the two plug-ins differ."""

    access: ClassVar[Mapping[str, Access]] = {"GET": SCRAPER}
    rate_scope = "scrape"

    @extend_schema(operation_id="grafana_test", responses=serializers.Alive)
    def get(self, request: Request) -> Response:
        """Answer Grafana's "Save & test"."""
        return Response({"status": "ok"})


class Curves(ApiView):
    """POST /api/v1/monitoring/grafana/query"""

    access: ClassVar[Mapping[str, Access]] = {"POST": SCRAPER}
    rate_scope = "scrape"

    @extend_schema(
        operation_id="grafana_query",
        request=serializers.QueryInput,
        responses=serializers.Curve(many=True),
    )
    def post(self, request: Request) -> Response:
        """Return one curve for each series that a target matches, or a table.

        The target `annotations` answers with events: the newer plug-in has no other way to ask for them.
        """
        query = query_of(request.data)
        return Response(curves(query, restricted=sees_restricted(request)))


class Annotations(ApiView):
    """POST /api/v1/monitoring/grafana/annotations"""

    access: ClassVar[Mapping[str, Access]] = {"POST": SCRAPER}
    rate_scope = "scrape"

    @extend_schema(
        operation_id="grafana_annotations",
        request=serializers.AnnotationsInput,
        responses=serializers.Mark(many=True),
    )
    def post(self, request: Request) -> Response:
        """Return the events of the range, oldest first."""
        asked = annotation_query_of(request.data)
        marks: list[dict[str, Any]] = [
            annotation_reply(event, asked.echo) for event in annotations_in(asked.span, asked.tags)
        ]
        return Response(marks)
