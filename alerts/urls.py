"""Paths of alerting: the fixed ones stand before the one that takes an id."""

from django.urls import path

from alerts.views import alerts, rules

urlpatterns = [
    path("alerts", alerts.ActiveAlerts.as_view(), name="alerts"),
    path("alerts/history", alerts.AlertsHistory.as_view(), name="alerts-history"),
    path("alerts/rules", rules.Rules.as_view(), name="alert-rules"),
    path("alerts/rules/<uuid:rule_id>", rules.OneRule.as_view(), name="alert-rule"),
    path("alerts/<uuid:alert_id>", alerts.OneAlert.as_view(), name="alert"),
    path(
        "alerts/<uuid:alert_id>/acknowledge",
        alerts.AcknowledgeAlert.as_view(),
        name="alert-acknowledge",
    ),
    path("alerts/<uuid:alert_id>/resolve", alerts.ResolveAlert.as_view(), name="alert-resolve"),
]
