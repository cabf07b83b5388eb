"""Watched services, probes, status."""

from django.apps import AppConfig

from health.checks import register_checks


class HealthConfig(AppConfig):
    name = "health"

    def ready(self) -> None:
        """Register the system checks."""
        register_checks()
