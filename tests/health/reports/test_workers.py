"""Workers that die, stand still or meet a surprise over a report: it is made once, or given up by name."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.db.utils import OperationalError
from pytest_django import Settings

from health.models import HealthCursor, Report, ReportDelivery, ReportFile
from health.services import report_work
from health.services.report_facts import data_of as data_from_rows
from health.services.report_work import MOST_ATTEMPTS, SILENT_AFTER, run_report, sweep_reports
from health.sla_selectors import CURSOR
from monitoring.errors import ServiceUnavailableError
from tests.health.reports.rows import (
    AFTER,
    FIVE,
    LONG_AFTER,
    report,
    subscribed,
)

pytestmark = pytest.mark.django_db


def break_first_step(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(report_work, "data_of", fail)


def test_a_refusal_is_final_and_named(day: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    break_first_step(monkeypatch, ServiceUnavailableError("no store"))

    assert run_report(day.pk, at=LONG_AFTER)

    day.refresh_from_db()
    assert (day.status, day.error) == ("failed", "no store")
    assert day.finished_at is not None


def test_a_surprise_is_tried_three_times(day: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    break_first_step(monkeypatch, OperationalError("server closed"))
    seen = []
    for _ in range(MOST_ATTEMPTS):
        assert run_report(day.pk, at=LONG_AFTER)
        day.refresh_from_db()
        seen.append((day.status, day.attempts))

    assert seen == [("queued", 1), ("queued", 2), ("failed", 3)]
    assert day.error == "OperationalError; the log of the worker says more"
    assert not run_report(day.pk, at=LONG_AFTER)


def test_what_a_dead_worker_began_is_taken_over_once_it_is_silent(day: Report) -> None:
    running = Report.objects.filter(pk=day.pk)
    running.update(
        status="running", attempts=1, progress=0.4, claimed_at=Now() - SILENT_AFTER + FIVE / 10
    )

    assert sweep_reports(at=LONG_AFTER) == []
    running.update(claimed_at=Now() - SILENT_AFTER - timedelta(seconds=1))
    assert sweep_reports(at=LONG_AFTER) == [day.pk]
    assert run_report(day.pk, at=LONG_AFTER)

    day.refresh_from_db()
    assert (day.status, day.attempts, day.progress) == ("done", 2, 1.0)


def test_a_report_that_kills_its_workers_is_given_up(day: Report) -> None:
    silent = Now() - SILENT_AFTER - timedelta(seconds=1)
    Report.objects.filter(pk=day.pk).update(
        status="running", attempts=MOST_ATTEMPTS, claimed_at=silent
    )

    assert sweep_reports(at=LONG_AFTER) == []

    day.refresh_from_db()
    assert (day.status, day.error) == ("failed", "Its worker ended before it was done.")


def test_a_worker_that_was_taken_for_dead_writes_nothing(
    day: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribed()
    real = data_from_rows

    def taken_over(made: Report, **options: Any) -> dict[str, Any]:
        data = real(made, **options)
        Report.objects.filter(pk=made.pk).update(attempts=2)  # another worker has claimed it since
        return data

    monkeypatch.setattr(report_work, "data_of", taken_over)

    assert not run_report(day.pk, at=LONG_AFTER)

    day.refresh_from_db()
    assert (day.status, day.attempts, day.data) == ("running", 2, None)
    assert not ReportFile.objects.exists()
    assert not ReportDelivery.objects.exists()


def test_a_worker_learns_with_its_next_step_that_it_was_taken_for_dead(
    day: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_work, "_SAVE_SECONDS", 0)

    def taken_over(made: Report, *, progress: Any, **_: Any) -> None:
        Report.objects.filter(pk=made.pk).update(attempts=2)
        progress(0.5)
        pytest.fail("it went on")

    monkeypatch.setattr(report_work, "data_of", taken_over)

    assert not run_report(day.pk, at=LONG_AFTER)


def test_progress_rises_while_it_is_made(day: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report_work, "_SAVE_SECONDS", 0)
    seen: list[float] = []
    real = report_work._Work.reached

    def watch(work: Any, progress: float) -> None:
        real(work, progress)
        seen.append(Report.objects.get(pk=day.pk).progress)

    monkeypatch.setattr(report_work._Work, "reached", watch)
    run_report(day.pk, at=LONG_AFTER)

    assert seen == sorted(seen)
    assert len(seen) == 24 + 4
    assert seen[23] == pytest.approx(0.7)
    assert seen[-1] == 1.0


@pytest.mark.parametrize(
    ("after_end", "known_after_end", "is_due"),
    [
        (timedelta(minutes=59, seconds=59), timedelta(minutes=55), False),
        (timedelta(hours=1), timedelta(hours=1), True),
        (timedelta(hours=2), timedelta(minutes=55), False),
        (timedelta(hours=7), timedelta(0), True),
        (timedelta(hours=6, minutes=59), timedelta(0), False),
    ],
)
def test_a_scheduled_report_waits_until_its_figures_have_settled(
    settings: Settings, after_end: timedelta, known_after_end: timedelta, *, is_due: bool
) -> None:
    settings.REPORT_SETTLE = timedelta(hours=1)
    HealthCursor.objects.create(name=CURSOR, at=AFTER + known_after_end)
    owed = report()

    assert sweep_reports(at=AFTER + after_end) == ([owed.pk] if is_due else [])


def test_a_person_does_not_wait_for_figures_to_settle() -> None:
    asked = report(asked_by="ana")

    assert sweep_reports(at=AFTER) == [asked.pk]
