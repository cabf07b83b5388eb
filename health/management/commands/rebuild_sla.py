"""Computes uptime anew from the probes that are kept: after an import, a long pause, or a window that came late."""

import sys
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from rich.console import Console
from rich.progress import track

from health.services.sla_buckets import rebuild_day, rebuildable_days


class Command(BaseCommand):
    """`manage.py rebuild_sla --from 2026-11-01 --to 2026-11-07`"""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the first and the last day."""
        parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True)
        parser.add_argument(
            "--to",
            dest="last",
            type=date.fromisoformat,
            help="this day included; by default yesterday",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild day by day; each is complete by itself, so that a broken run can be repeated."""
        at = timezone.now()
        yesterday = at.astimezone(UTC).date() - timedelta(days=1)
        first, last = options["first"], options["last"] or yesterday
        if last < first:
            raise CommandError("--to must not lie before --from")
        days = rebuildable_days(_midnight(first), _midnight(last) + timedelta(days=1), at=at)
        left_out = (last - first).days + 1 - len(days)
        changed = 0
        for day in track(
            days,
            description="Rebuilding",
            console=Console(stderr=True),
            disable=not sys.stderr.isatty(),
        ):
            changed += rebuild_day(day, at=at)
        self.stdout.write(f"{len(days)} days rebuilt, {changed} buckets changed.")
        if left_out:
            self.stdout.write(
                f"{left_out} days left as they are: not over yet, or probes of them are deleted "
                "(HEALTH_RETENTION)."
            )


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
