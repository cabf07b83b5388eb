"""Paths of the kernel under /api/v1/monitoring/."""

from django.urls import path

from monitoring.exposition.views import ExportMetrics
from monitoring.grafana.views import Annotations, Curves, Datasource, Search
from monitoring.metrics_api.views import LatestMetrics, Metrics, ServiceMetrics

urlpatterns = [
    path("metrics", Metrics.as_view(), name="metrics"),
    path("metrics/latest", LatestMetrics.as_view(), name="metrics-latest"),
    path("metrics/export", ExportMetrics.as_view(), name="metrics-export"),
    path("metrics/service/<str:service>", ServiceMetrics.as_view(), name="metrics-of-service"),
    path("grafana", Datasource.as_view(), name="grafana"),
    path(
        "grafana/", Datasource.as_view(schema=None)
    ),  # SimpleJson tests with a slash, its successor without
    path("grafana/search", Search.as_view(), name="grafana-search"),
    path("grafana/query", Curves.as_view(), name="grafana-query"),
    path("grafana/annotations", Annotations.as_view(), name="grafana-annotations"),
]
