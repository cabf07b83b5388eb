"""What Grafana's editors ask before anything is drawn. Source: endpoint 30, service specification.

`search` is the path of the SimpleJson plug-in, which its successor by simPod replaced by the others.
"""

from collections.abc import Mapping
from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from monitoring.api.permissions import SCRAPER, Access
from monitoring.api.views import ApiView
from monitoring.grafana import serializers
from monitoring.grafana.asking import option_query_of, search_of, tag_key_of, variable_of
from monitoring.grafana.choices import (
    label_names,
    label_values,
    metrics_with_forms,
    options_for,
    values_for,
)
from monitoring.metrics_api.restricted import sees_restricted

_EVERY_METRIC = (None,)


class ChoiceView(ApiView):
    """A path that Grafana asks by POST."""

    access: ClassVar[Mapping[str, Access]] = {"POST": SCRAPER}
    rate_scope = "scrape"


class Search(ChoiceView):
    """POST /api/v1/monitoring/grafana/search"""

    @extend_schema(
        operation_id="grafana_search",
        request=serializers.SearchInput,
        responses={200: {"type": "array", "items": {"type": "string"}}},
    )
    def post(self, request: Request) -> Response:
        """Return the metric names that contain the text typed so far, or what `label_values(...)` asks for."""
        return Response(values_for(search_of(request.data), restricted=sees_restricted(request)))


class Metrics(ChoiceView):
    """POST /api/v1/monitoring/grafana/metrics"""

    @extend_schema(
        operation_id="grafana_metrics",
        request=serializers.MetricsInput,
        responses=serializers.MetricChoice(many=True),
    )
    def post(self, request: Request) -> Response:
        """Return the metrics and the form of each."""
        return Response(metrics_with_forms(restricted=sees_restricted(request)))


class PayloadOptions(ChoiceView):
    """POST /api/v1/monitoring/grafana/metric-payload-options"""

    @extend_schema(
        operation_id="grafana_metric_payload_options",
        request=serializers.OptionsInput,
        responses=serializers.Option(many=True),
    )
    def post(self, request: Request) -> Response:
        """Return what one field of a metric's form offers."""
        asked = option_query_of(request.data)
        options = options_for(asked.name, asked.metric, restricted=sees_restricted(request))
        return Response(options)


class Variable(ChoiceView):
    """POST /api/v1/monitoring/grafana/variable"""

    @extend_schema(
        operation_id="grafana_variable",
        request=serializers.VariableInput,
        responses=serializers.VariableValue(many=True),
    )
    def post(self, request: Request) -> Response:
        """Return the values of a dashboard's variable: what a search for its query returns."""
        values = values_for(variable_of(request.data), restricted=sees_restricted(request))
        return Response([{"__text": value, "__value": value} for value in values])


class TagKeys(ChoiceView):
    """POST /api/v1/monitoring/grafana/tag-keys"""

    @extend_schema(
        operation_id="grafana_tag_keys", request=None, responses=serializers.TagKey(many=True)
    )
    def post(self, request: Request) -> Response:
        """Return the labels that an ad-hoc filter can be about."""
        names = label_names(_EVERY_METRIC, restricted=sees_restricted(request))
        return Response([{"type": "string", "text": name} for name in names])


class TagValues(ChoiceView):
    """POST /api/v1/monitoring/grafana/tag-values"""

    @extend_schema(
        operation_id="grafana_tag_values",
        request=serializers.TagValuesInput,
        responses=serializers.TagValue(many=True),
    )
    def post(self, request: Request) -> Response:
        """Return the values of one label."""
        key = tag_key_of(request.data)
        values = label_values(key, _EVERY_METRIC, restricted=sees_restricted(request))
        return Response([{"text": value} for value in values])
