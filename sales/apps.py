"""Sale events, velocity, sell-out forecast, business totals."""

from django.apps import AppConfig

from sales.checks import register_checks


class SalesConfig(AppConfig):
    name = "sales"

    def ready(self) -> None:
        """Register the system checks."""
        register_checks()
