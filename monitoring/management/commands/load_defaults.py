"""Creates what a new installation needs: rules, watched services, the schedule."""

from typing import Any

from django.core.management.base import BaseCommand

from monitoring.registry import offered


class Command(BaseCommand):
    """Every app's `defaults.load_defaults`, in the order of INSTALLED_APPS."""

    help = "Create default rules, services and schedules that are missing; what a person changed stays as it is."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print one line for each app that has defaults."""
        for module in offered("defaults"):
            self.stdout.write(module.load_defaults())
