"""Paths of health: the fixed ones stand before the one that takes a name."""

from django.urls import path

from health.views import health

urlpatterns = [
    path("health", health.OverallHealth.as_view(), name="health"),
    path("health/services/all", health.AllServicesHealth.as_view(), name="health-services"),
    path("health/dependencies", health.DependenciesHealth.as_view(), name="health-dependencies"),
    path("health/<str:service>", health.OneServiceHealth.as_view(), name="health-service"),
    path("status", health.ServiceStatus.as_view(), name="status"),
    path("livez", health.Livez.as_view(), name="livez"),
    path("readyz", health.Readyz.as_view(), name="readyz"),
]
