"""Rules, alerts, incidents, notification ledger, channels."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"
