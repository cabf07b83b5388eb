"""Paths of health: the fixed ones stand before the one that takes a name."""

from django.urls import path

from health import views

urlpatterns = [
    path("health", views.OverallHealth.as_view(), name="health"),
    path("health/services/all", views.AllServicesHealth.as_view(), name="health-services"),
    path("health/dependencies", views.DependenciesHealth.as_view(), name="health-dependencies"),
    path("health/<str:service>", views.OneServiceHealth.as_view(), name="health-service"),
    path("status", views.ServiceStatus.as_view(), name="status"),
    path("livez", views.Livez.as_view(), name="livez"),
    path("readyz", views.Readyz.as_view(), name="readyz"),
]
