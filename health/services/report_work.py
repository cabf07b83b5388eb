"""Makes reports: one worker each, told by its number of tries; what a dead worker had begun is taken over."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from health.models import Report, ReportFile
from health.models.report import ReportStatus
from health.reports.formats import FORMATS
from health.services.report_delivery import owe_deliveries
from health.services.report_facts import data_of
from health.sla_selectors import finished_until
from monitoring.errors import DomainError

logger = logging.getLogger(__name__)

# A worker says that it lives with each step; one that said nothing for so long is dead.
SILENT_AFTER = timedelta(minutes=5)
MOST_ATTEMPTS = 3
# A schedule whose figures do not come for so long is followed without them: the report says that it is provisional.
_PATIENCE = timedelta(hours=6)
_SAVE_SECONDS = 0.5
_READING = 0.7
"""Share of the work that is reading; the rest is four files."""
_LONGEST_ERROR = 500


class _TakenOverError(Exception):
    """Another worker has begun the same report since: this one was taken for dead and may write nothing."""


def run_report(report_id: UUID, *, at: datetime) -> bool:
    """Make a report that waits; False if it is not for this worker, or not any more. Its row says how it went.

    Whatever goes wrong by surprise is tried again by the sweep, MOST_ATTEMPTS times in all.
    """
    report = _claim(report_id)
    if report is None:
        return False
    work = _Work(report)
    try:
        data = data_of(report, at=at, progress=lambda done: work.reached(_READING * done))
        work.finish(data, _files(data, work.reached))
    except _TakenOverError:
        logger.warning("report taken over", extra={"report": str(report_id)})
        return False
    except DomainError as error:
        work.fail(error.message)
    except Exception as error:
        logger.exception("report failed", extra={"report": str(report_id)})
        # Its text may hold an address or a query, and whoever reads reports sees this one.
        work.give_back(f"{type(error).__name__}; the log of the worker says more")
    return True


def sweep_reports(*, at: datetime) -> list[UUID]:
    """Give back what dead workers had begun, and return the reports that a worker should be called to."""
    dead = Report.objects.filter(status=ReportStatus.RUNNING, claimed_at__lt=Now() - SILENT_AFTER)
    reason = "Its worker ended before it was done."
    dead.filter(attempts__gte=MOST_ATTEMPTS).update(
        status=ReportStatus.FAILED, error=reason, finished_at=Now()
    )
    dead.update(status=ReportStatus.QUEUED, progress=0)
    waiting = Report.objects.filter(status=ReportStatus.QUEUED).only("asked_by", "end")
    known_until = finished_until(at)
    return [report.pk for report in waiting if _is_due(report, known_until, at)]


def _is_due(report: Report, known_until: datetime, at: datetime) -> bool:
    """Tell whether a report can be made: at once for a person, for the schedule once its figures have settled."""
    settled_at = report.end + settings.REPORT_SETTLE
    return bool(report.asked_by) or settled_at <= known_until or settled_at + _PATIENCE <= at


def _claim(report_id: UUID) -> Report | None:
    waiting = Report.objects.filter(pk=report_id, status=ReportStatus.QUEUED)
    claimed = waiting.update(
        status=ReportStatus.RUNNING,
        claimed_at=Now(),
        attempts=F("attempts") + 1,
        progress=0,
        error="",
    )
    return Report.objects.get(pk=report_id) if claimed else None


class _Work:
    """The right to write one report: its row still has our number of tries."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._mine = Report.objects.filter(
            pk=report.pk, status=ReportStatus.RUNNING, attempts=report.attempts
        )
        self._saved = time.monotonic()

    def reached(self, progress: float) -> None:
        """Write down how far it is, twice a second at most. Raises _TakenOverError if it is no longer ours."""
        if time.monotonic() - self._saved < _SAVE_SECONDS:
            return
        self._saved = time.monotonic()
        if not self._mine.update(progress=progress, claimed_at=Now()):
            raise _TakenOverError

    def finish(self, data: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
        """Keep the data, the files and who is to get them, all or nothing. Raises _TakenOverError."""
        with transaction.atomic():
            if not self._mine.update(
                status=ReportStatus.DONE, progress=1.0, data=data, finished_at=Now(), error=""
            ):
                raise _TakenOverError
            ReportFile.objects.bulk_create(
                ReportFile(
                    report=self._report,
                    format=name,
                    content=content,
                    sha256=sha256(content).hexdigest(),
                )
                for name, content in files.items()
            )
            owe_deliveries(self._report)
        logger.info("report made", extra={"report": str(self._report.pk)})

    def fail(self, reason: str) -> None:
        """Give the report up: trying again would end the same."""
        self._end(ReportStatus.FAILED, reason)

    def give_back(self, reason: str) -> None:
        """Leave the report to the next sweep, unless it was tried often enough."""
        if self._report.attempts >= MOST_ATTEMPTS:
            self._end(ReportStatus.FAILED, reason)
        else:
            self._mine.update(status=ReportStatus.QUEUED, error=reason[:_LONGEST_ERROR])

    def _end(self, status: ReportStatus, reason: str) -> None:
        self._mine.update(status=status, error=reason[:_LONGEST_ERROR], finished_at=Now())


def _files(data: Mapping[str, Any], reached: Callable[[float], None]) -> dict[str, bytes]:
    files = {}
    for number, (name, file_format) in enumerate(FORMATS.items(), start=1):
        files[name] = file_format.render(data, settings.SERVICE_NAME)
        reached(_READING + (1 - _READING) * number / len(FORMATS))
    return files
