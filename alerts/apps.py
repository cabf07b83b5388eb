"""Rules, alerts, incidents, notification ledger, channels."""

from django.apps import AppConfig

from alerts.checks import register_checks


class AlertsConfig(AppConfig):
    name = "alerts"
    verbose_name = "Alerting"

    def ready(self) -> None:
        """Register the system checks."""
        register_checks()
