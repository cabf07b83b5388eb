"""The edges of reports: tasks, the command, and what the schedule is."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from kombu.exceptions import OperationalError
from pypdf import PdfReader
from pytest_django import Settings

from health.models import Report, ReportDelivery
from health.tasks import reports as tasks
from tests.health.reports.rows import (
    AFTER,
    FIRST,
    LONG_AFTER,
    buckets,
    done_report,
    owed,
    report,
    subscribed,
    watched,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls() -> Any:
    """Which rows workers were called to, by the task."""
    with (
        mock.patch.object(tasks.make_report, "delay") as made,
        mock.patch.object(tasks.deliver_report, "delay") as delivered,
    ):
        yield made, delivered


def test_the_sweep_schedules_and_calls_workers_to_what_waits(
    calls: tuple[mock.Mock, mock.Mock], settings: Settings
) -> None:
    settings.REPORT_SETTLE = timedelta(0)
    watched(since=timezone.now() - timedelta(days=90))
    done = done_report({"kind": "sla"}, asked_by="ana")
    due = owed(done)

    tasks.sweep_reports()

    made, delivered = calls
    waiting = Report.objects.filter(status="queued")
    assert {row.period for row in waiting} == {"daily", "weekly", "monthly"}
    assert {call.args[0] for call in made.call_args_list} == {str(row.pk) for row in waiting}
    delivered.assert_called_once_with(due.pk)


def test_a_worker_that_made_a_report_calls_others_to_its_mails(
    calls: tuple[mock.Mock, mock.Mock],
) -> None:
    subscribed()
    watched()
    made = report()

    tasks.make_report(str(made.pk))

    calls[1].assert_called_once_with(ReportDelivery.objects.get(report=made).pk)


def test_a_call_for_a_report_that_is_done_calls_nobody(calls: tuple[mock.Mock, mock.Mock]) -> None:
    tasks.make_report(str(done_report({"kind": "sla"}).pk))

    calls[1].assert_not_called()


def test_where_the_broker_is_away_the_rows_wait() -> None:
    waiting = report(asked_by="ana")
    with mock.patch.object(tasks.make_report, "delay", side_effect=OperationalError("away")):
        tasks.ring_reports([waiting.pk])

    waiting.refresh_from_db()
    assert waiting.status == "queued"


def test_the_task_of_a_delivery_tries_it_once() -> None:
    with mock.patch("health.services.report_delivery.deliver_report") as deliver:
        tasks.deliver_report(7)

    deliver.assert_called_once()
    assert deliver.call_args.args == (7,)


def test_old_reports_are_forgotten_by_their_task(settings: Settings) -> None:
    settings.REPORT_RETENTION = timedelta(days=1)
    Report.objects.filter(pk=report().pk).update(created_at=FIRST)

    tasks.forget_reports()

    assert not Report.objects.exists()


def test_reports_run_where_minutes_of_work_stand_in_nobodys_way(settings: Settings) -> None:
    routes = settings.CELERY_TASK_ROUTES
    names = list(routes)
    for name in ("health.make_report", "health.deliver_report", "health.forget_reports"):
        assert routes[name] == {"queue": "default"}
        assert names.index(name) < names.index("health.*")


def run(*arguments: str) -> str:
    said = io.StringIO()
    call_command("make_report", *arguments, stdout=said)
    return said.getvalue()


def test_the_command_makes_a_report_and_writes_its_file(tmp_path: Path) -> None:
    watched()
    buckets("payment", FIRST, AFTER, {})
    target = tmp_path / "october.pdf"

    said = run("sla", "2026-10-01", "2026-10-01", "--output", str(target))

    made = Report.objects.get()
    file = made.files.get(format="pdf")
    assert target.read_bytes() == bytes(file.content)
    assert said == f"{target}: report {made.pk}, sha256 {file.sha256}\n"
    assert (made.status, made.asked_by, made.period) == ("done", "make_report", "custom")
    assert len(PdfReader(target).pages) >= 2


def test_the_command_names_the_file_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    watched()

    run("performance", "2026-10-01", "2026-10-02", "--service", "payment", "--format", "csv")

    assert [path.name for path in tmp_path.iterdir()] == ["performance-custom-2026-10-01.csv"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sla", "2026-10-02", "2026-10-01"), "end: must be after start"),
        (("sla", "2026-10-01", "2999-01-01"), "end: must not lie in the future"),
        (
            ("sla", "2026-10-01", "2026-10-01", "--service", "nobody"),
            "no service 'nobody' is watched",
        ),
    ],
)
def test_the_command_says_what_cannot_be_done(arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*arguments)


def test_the_command_says_why_a_report_was_not_made() -> None:
    watched()
    with (
        mock.patch("health.services.report_work.data_of", side_effect=RuntimeError("broken")),
        pytest.raises(
            CommandError, match="not made: RuntimeError; the log of the worker says more"
        ),
    ):
        run("sla", "2026-10-01", "2026-10-01")


def test_the_clock_of_these_tests_lies_in_the_past() -> None:
    assert timezone.now() > LONG_AFTER
