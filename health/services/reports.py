"""Reports are asked for here, by people and by the schedule; a worker makes them (report_work)."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from health.catalogue import short_name_of
from health.models import Report, ReportFile, WatchedService
from health.models.report import ReportKind, ReportPeriod, ReportStatus
from health.reports.errors import ReportNotFoundError, ReportNotReadyError
from health.reports.periods import Span, is_on_bucket, last_finished
from monitoring.errors import ConflictError, InvalidInputError

logger = logging.getLogger(__name__)

MOST_WAITING = 20
UNFINISHED = (ReportStatus.QUEUED, ReportStatus.RUNNING)
SCHEDULED = (ReportPeriod.DAILY, ReportPeriod.WEEKLY, ReportPeriod.MONTHLY)
_FORGOTTEN_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A report as somebody asks for it; no services are all services."""

    kind: str
    span: Span
    services: Sequence[str] = ()


def ask_report(asked: Asked, *, by: str, at: datetime) -> Report:
    """Write down that a report is to be made; a worker does it.

    Raises InvalidInputError naming the fields, ServiceNotWatchedError, or ConflictError while too many wait.
    """
    check_period(asked.span, at)
    full_names = dict(WatchedService.objects.values_list("name", "service_name"))
    services = sorted({short_name_of(name, full_names) for name in asked.services})
    report = Report(
        kind=asked.kind,
        period=ReportPeriod.CUSTOM,
        start=asked.span.start,
        end=asked.span.end,
        services=services,
        asked_by=by,
    )
    return _queued(report)


def check_period(span: Span, at: datetime) -> None:
    """Raise InvalidInputError, naming the fields, unless a report can be made of the period."""
    problems: dict[str, list[str]] = {}
    longest = settings.MAX_REPORT_DAYS
    for name, instant in (("start", span.start), ("end", span.end)):
        if not is_on_bucket(instant):
            problems[name] = ["must be a multiple of five minutes"]
    if span.start >= span.end:
        problems["end"] = ["must be after start"]
    elif span.length > timedelta(days=longest):
        problems["start"] = [f"at most {longest} days before end"]
    if span.end > at:
        problems["end"] = ["must not lie in the future"]
    if problems:
        raise InvalidInputError("Invalid period", details=problems)


def owe_scheduled(*, at: datetime) -> list[Report]:
    """Write down the report of each kind for the last day, week and month that is over; return the new ones.

    Done as often as anybody likes, at any time: one that is written down already is not written again. What
    was missed while nobody ran is made up for as far as the last of each period.
    """
    new, watched = [], WatchedService.objects.all()
    for kind in ReportKind.values:
        for period in SCHEDULED:
            span = last_finished(period, at)
            if not watched.filter(created_at__lt=span.end).exists():
                continue  # nobody watched anything yet
            report, is_new = Report.objects.get_or_create(
                kind=kind, period=period, start=span.start, end=span.end, asked_by=""
            )
            if is_new:
                logger.info("report scheduled", extra={"report": str(report)})
                new.append(report)
    return new


def make_again(report_id: UUID, *, by: str) -> Report:
    """Have a report made once more. One that failed is; of one that was made there will be two, by name of who asked.

    Raises ReportNotFoundError, or ConflictError while it is being made or too many wait.
    """
    report = report_by_id(report_id)
    if report.status in UNFINISHED:
        raise ConflictError(f"report {report_id} is being made already")
    if report.status == ReportStatus.FAILED:
        failed = Report.objects.filter(pk=report_id, status=ReportStatus.FAILED)
        failed.update(
            status=ReportStatus.QUEUED, progress=0, error="", attempts=0, finished_at=None
        )
        logger.info("report asked for again", extra={"report": str(report_id), "by": by})
        return report_by_id(report_id)
    again = Report(
        kind=report.kind,
        period=report.period,
        start=report.start,
        end=report.end,
        services=report.services,
        asked_by=by,
    )
    return _queued(again)


def report_by_id(report_id: UUID) -> Report:
    """Return one report without its data. Raises ReportNotFoundError."""
    report = Report.objects.defer("data").filter(pk=report_id).first()
    if report is None:
        raise ReportNotFoundError(f"no report {report_id}")
    return report


def file_of(report_id: UUID, file_format: str) -> ReportFile:
    """Return a file of a report that is done. Raises ReportNotFoundError or ReportNotReadyError."""
    file = ReportFile.objects.filter(report=report_id, format=file_format).first()
    if file is None:
        report = report_by_id(report_id)
        raise ReportNotReadyError(f"report {report_id} has no file: it is {report.status}")
    return file


def delete_report(report_id: UUID, *, by: str) -> None:
    """Remove a report with its files. Raises ReportNotFoundError, or ConflictError while it is being made.

    A scheduled one of the last period would be written down again at once, and made anew.
    """
    report = report_by_id(report_id)
    if report.status == ReportStatus.RUNNING:
        raise ConflictError(f"report {report_id} is being made; wait until it is done")
    report.delete()
    logger.info("report deleted", extra={"report": str(report), "by": by})


def forget_reports(*, at: datetime) -> int:
    """Remove some of the reports that are older than REPORT_RETENTION; return how many."""
    old = Report.objects.filter(end__lt=at - settings.REPORT_RETENTION)
    old = old.filter(created_at__lt=at - settings.REPORT_RETENTION)
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:_FORGOTTEN_AT_ONCE])
    Report.objects.filter(pk__in=ids).delete()
    return len(ids)


def refuse_full_queue() -> None:
    """Raise ConflictError while as many reports wait as people may have waiting; the schedule's do not count."""
    waiting = Report.objects.filter(status__in=UNFINISHED).exclude(asked_by="")
    if waiting.count() >= MOST_WAITING:
        raise ConflictError(f"{MOST_WAITING} reports wait already; ask again once some are done")


@transaction.atomic
def _queued(report: Report) -> Report:
    refuse_full_queue()
    report.save(force_insert=True)
    logger.info("report asked for", extra={"report": str(report.pk), "by": report.asked_by})
    return report
