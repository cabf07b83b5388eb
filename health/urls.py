"""Paths of health: the fixed ones stand before the one that takes a name."""

from django.urls import path

from health.reports.links import PATH as UNSUBSCRIBE
from health.views import health, heartbeats, process, report_subscriptions, status_page

urlpatterns = [
    path("health", health.OverallHealth.as_view(), name="health"),
    path("health/services/all", health.AllServicesHealth.as_view(), name="health-services"),
    path("health/dependencies", health.DependenciesHealth.as_view(), name="health-dependencies"),
    path("health/<str:service>", health.OneServiceHealth.as_view(), name="health-service"),
    path("status", process.ServiceStatus.as_view(), name="status"),
    path("livez", process.Livez.as_view(), name="livez"),
    path("readyz", process.Readyz.as_view(), name="readyz"),
    path("heartbeat/<uuid:key>", heartbeats.HeartbeatDone.as_view(), name="heartbeat"),
    path("heartbeat/<uuid:key>/start", heartbeats.HeartbeatStart.as_view(), name="heartbeat-start"),
    path("heartbeat/<uuid:key>/fail", heartbeats.HeartbeatFail.as_view(), name="heartbeat-fail"),
    path(
        "heartbeat/<uuid:key>/<int:exit_code>",
        heartbeats.HeartbeatExit.as_view(),
        name="heartbeat-exit",
    ),
    path("status-page", status_page.StatusPage.as_view(), name="status-page"),
    path("status-page.json", status_page.StatusPageJson.as_view(), name="status-page-json"),
    path("status-page/feed.rss", status_page.StatusFeedRss.as_view(), name="status-page-rss"),
    path("status-page/feed.atom", status_page.StatusFeedAtom.as_view(), name="status-page-atom"),
    path("status-page/badge.svg", status_page.StatusBadge.as_view(), name="status-page-badge"),
    path("status-page/badge/<str:service>.svg", status_page.StatusBadge.as_view()),
    path("status-page/history", status_page.StatusHistory.as_view(), name="status-page-history"),
    path(
        "status-page/incidents/<uuid:incident_id>",
        status_page.StatusIncident.as_view(),
        name="status-page-incident",
    ),
    path(f"{UNSUBSCRIBE}/<str:token>", report_subscriptions.unsubscribe, name="report-unsubscribe"),
]
