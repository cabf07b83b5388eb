"""Paths of the kernel under /api/v1/monitoring/."""

from django.urls import include, path

from monitoring.cardinality.views import Cardinality
from monitoring.exposition.views import ExportMetrics
from monitoring.grafana import choice_views
from monitoring.grafana.views import Annotations, Curves, Datasource
from monitoring.metrics_api.export_views import ExportSamples
from monitoring.metrics_api.views import LatestMetrics, Metrics, ServiceMetrics
from monitoring.push_api.influx import InfluxPing, InfluxWrite
from monitoring.push_api.otlp import OtlpMetrics
from monitoring.push_api.remote_write import RemoteWrite

urlpatterns = [
    path("metrics", Metrics.as_view(), name="metrics"),
    path("metrics/latest", LatestMetrics.as_view(), name="metrics-latest"),
    path("metrics/cardinality", Cardinality.as_view(), name="metrics-cardinality"),
    path("metrics/export", ExportMetrics.as_view(), name="metrics-export"),
    path("metrics/samples", ExportSamples.as_view(), name="metrics-samples"),
    path("metrics/service/<str:service>", ServiceMetrics.as_view(), name="metrics-of-service"),
    path("prometheus/api/v1/write", RemoteWrite.as_view(), name="prometheus-write"),
    path("prometheus/api/v1/", include("monitoring.prometheus_api.urls")),
    path("influx/write", InfluxWrite.as_view(), name="influx-write"),
    path("influx/api/v2/write", InfluxWrite.as_view(), name="influx-write-2"),
    path("influx/ping", InfluxPing.as_view(), name="influx-ping"),
    path("otlp/v1/metrics", OtlpMetrics.as_view(), name="otlp-metrics"),
    path("grafana", Datasource.as_view(), name="grafana"),
    path(
        "grafana/", Datasource.as_view(schema=None)
    ),  # SimpleJson tests with a slash, its successor without
    path("grafana/search", choice_views.Search.as_view(), name="grafana-search"),
    path("grafana/metrics", choice_views.Metrics.as_view(), name="grafana-metrics"),
    path(
        "grafana/metric-payload-options",
        choice_views.PayloadOptions.as_view(),
        name="grafana-metric-payload-options",
    ),
    path("grafana/variable", choice_views.Variable.as_view(), name="grafana-variable"),
    path("grafana/tag-keys", choice_views.TagKeys.as_view(), name="grafana-tag-keys"),
    path("grafana/tag-values", choice_views.TagValues.as_view(), name="grafana-tag-values"),
    path("grafana/query", Curves.as_view(), name="grafana-query"),
    path("grafana/annotations", Annotations.as_view(), name="grafana-annotations"),
]
