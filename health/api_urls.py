"""Paths of health under the API prefix."""

from django.urls import URLPattern, URLResolver, path

from health.views import (
    overview,
    performance,
    public_incidents,
    report_subscriptions,
    reports,
    service_history,
    sla,
    slos,
    watched_services,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("dashboard/overview", overview.DashboardOverview.as_view(), name="dashboard-overview"),
    path(
        "dashboard/performance",
        performance.PerformanceDashboard.as_view(),
        name="dashboard-performance",
    ),
    path("dashboard/sla", sla.SlaDashboard.as_view(), name="dashboard-sla"),
    path("slos", slos.Slos.as_view(), name="slos"),
    path("slos/<uuid:slo_id>", slos.OneSlo.as_view(), name="slo"),
    path("slos/<uuid:slo_id>/history", slos.SloHistory.as_view(), name="slo-history"),
    path("services", watched_services.WatchedServices.as_view(), name="watched-services"),
    path(
        "services/<str:name>",
        watched_services.OneWatchedService.as_view(),
        name="watched-service",
    ),
    path(
        "services/<str:name>/history",
        service_history.ServiceHistory.as_view(),
        name="watched-service-history",
    ),
    path(
        "services/<str:name>/flips",
        service_history.ServiceFlips.as_view(),
        name="watched-service-flips",
    ),
    path(
        "services/<str:name>/probe",
        service_history.ProbeService.as_view(),
        name="watched-service-probe",
    ),
    path(
        "services/<str:name>/heartbeat-key",
        service_history.HeartbeatKey.as_view(),
        name="watched-service-heartbeat-key",
    ),
    path("performance", performance.MeasuredRequests.as_view(), name="performance"),
    path("performance/slow", performance.SlowRequests.as_view(), name="performance-slow"),
    path(
        "status-page/incidents",
        public_incidents.PublicIncidents.as_view(),
        name="public-incidents",
    ),
    path(
        "status-page/incidents/<uuid:incident_id>",
        public_incidents.OnePublicIncident.as_view(),
        name="public-incident",
    ),
    path(
        "status-page/incidents/<uuid:incident_id>/updates",
        public_incidents.PublicUpdates.as_view(),
        name="public-updates",
    ),
    path(
        "status-page/incidents/<uuid:incident_id>/updates/<uuid:update_id>",
        public_incidents.OnePublicUpdate.as_view(),
        name="public-update",
    ),
    path("reports", reports.Reports.as_view(), name="reports"),
    path("reports/<uuid:report_id>", reports.OneReport.as_view(), name="report"),
    path("reports/<uuid:report_id>/again", reports.MakeReportAgain.as_view(), name="report-again"),
    path(
        "reports/<uuid:report_id>/files/<str:file_format>",
        reports.ReportDownload.as_view(),
        name="report-file",
    ),
    path(
        "report-subscriptions",
        report_subscriptions.Subscriptions.as_view(),
        name="report-subscriptions",
    ),
    path(
        "report-subscriptions/<uuid:subscription_id>",
        report_subscriptions.OneSubscription.as_view(),
        name="report-subscription",
    ),
]
