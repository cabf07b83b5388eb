"""Samples in, kept and read; stores, streams, queries, Grafana, console, API kit."""

from django.apps import AppConfig

from monitoring.checks import register_checks


class MonitoringConfig(AppConfig):
    name = "monitoring"

    def ready(self) -> None:
        """Register the system checks; switch the instruments and the stream tee on."""
        from monitoring import startup  # noqa: PLC0415 - it needs models, which load before this

        register_checks()
        startup.connect()
