"""Makes a report here and now, without a worker, and writes one of its files."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from health.models.report import ReportKind, ReportStatus
from health.reports.formats import FORMATS
from health.reports.periods import Span
from health.services.report_work import run_report
from health.services.reports import Asked, ask_report, file_of, report_by_id
from monitoring.errors import DomainError


class Command(BaseCommand):
    """`manage.py make_report sla 2026-10-01 2026-10-31 [--service payment] [--format pdf] [--output FILE]`"""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the kind, the first and the last day (UTC), and where the file goes."""
        parser.add_argument("kind", choices=ReportKind.values)
        parser.add_argument("first", type=_day, help="first day (UTC), such as 2026-10-01")
        parser.add_argument("last", type=_day, help="last day (UTC), which is in it")
        parser.add_argument(
            "--service", action="append", default=[], help="of this one; repeatable"
        )
        parser.add_argument("--format", choices=list(FORMATS), default="pdf")
        parser.add_argument("--output", type=Path, help="the file; its standard name unless said")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the report, keep it like any other, and write the file."""
        span = Span(options["first"], options["last"] + timedelta(days=1))
        at = timezone.now()
        try:
            asked = Asked(options["kind"], span, options["service"])
            report = ask_report(asked, by="make_report", at=at)
            run_report(report.pk, at=at)
            done = report_by_id(report.pk)
            if done.status != ReportStatus.DONE:
                raise CommandError(f"not made: {done.error}")
            file = file_of(report.pk, options["format"])
        except DomainError as error:
            said = "; ".join(f"{name}: {' '.join(why)}" for name, why in error.details.items())
            raise CommandError(f"{error.message}. {said}".strip()) from error
        target = options["output"] or Path(f"{report}.{options['format']}".replace(" ", "-"))
        target.write_bytes(bytes(file.content))
        self.stdout.write(f"{target}: report {report.pk}, sha256 {file.sha256}")


def _day(text: str) -> datetime:
    return datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time(), UTC)  # noqa: DTZ007 - a day has no zone
