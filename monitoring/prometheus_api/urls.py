"""Paths under /api/v1/monitoring/prometheus/api/v1/."""

from django.urls import path

from monitoring.prometheus_api import views
from monitoring.prometheus_api.query_views import InstantQuery, RangeQuery

urlpatterns = [
    path("query", InstantQuery.as_view(), name="prometheus-query"),
    path("query_range", RangeQuery.as_view(), name="prometheus-query-range"),
    path("query_exemplars", views.Exemplars.as_view(), name="prometheus-query-exemplars"),
    path("series", views.SeriesList.as_view(), name="prometheus-series"),
    path("labels", views.LabelNames.as_view(), name="prometheus-labels"),
    path("label/<str:name>/values", views.LabelValues.as_view(), name="prometheus-label-values"),
    path("metadata", views.Metadata.as_view(), name="prometheus-metadata"),
    path("status/buildinfo", views.BuildInfo.as_view(), name="prometheus-buildinfo"),
    path("rules", views.Rules.as_view(), name="prometheus-rules"),
    path("alerts", views.Alerts.as_view(), name="prometheus-alerts"),
]
