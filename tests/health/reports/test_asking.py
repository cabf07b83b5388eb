"""Reports that people ask for and that the schedule owes."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pytest_django import Settings

from health.catalogue import ServiceNotWatchedError
from health.models import Report, ReportFile
from health.reports.errors import ReportNotFoundError, ReportNotReadyError
from health.reports.periods import Span
from health.services.reports import (
    MOST_WAITING,
    Asked,
    ask_report,
    delete_report,
    file_of,
    forget_reports,
    make_again,
    owe_scheduled,
    report_by_id,
)
from monitoring.errors import ConflictError, InvalidInputError
from tests.health.reports.rows import (
    AFTER,
    FIRST,
    FIVE,
    LONG_AFTER,
    done_report,
    report,
    watched,
)

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 11, 2, tzinfo=UTC)  # of a Monday


def ask(start: datetime = FIRST, end: datetime = AFTER, *services: str) -> Report:
    return ask_report(Asked("sla", Span(start, end), services), by="ana", at=LONG_AFTER)


def spans() -> set[tuple[str, str, datetime, datetime]]:
    return {(row.kind, row.period, row.start, row.end) for row in Report.objects.all()}


def test_midnight_owes_each_kind_for_the_day_the_week_and_the_month() -> None:
    watched()

    owe_scheduled(at=MIDNIGHT)

    days = {
        "daily": (datetime(2026, 11, 1, tzinfo=UTC), MIDNIGHT),
        "weekly": (datetime(2026, 10, 26, tzinfo=UTC), MIDNIGHT),
        "monthly": (FIRST, datetime(2026, 11, 1, tzinfo=UTC)),
    }
    assert spans() == {
        (kind, period, *days[period]) for kind in ("sla", "performance") for period in days
    }
    assert {row.asked_by for row in Report.objects.all()} == {""}


def test_what_is_owed_is_written_down_once_however_often_the_schedule_looks() -> None:
    watched()
    first = owe_scheduled(at=MIDNIGHT)

    again = [owe_scheduled(at=MIDNIGHT + timedelta(hours=hours)) for hours in (0, 1, 23)]

    assert (len(first), again, Report.objects.count()) == (6, [[], [], []], 6)


def test_the_next_midnight_owes_the_next_day_and_nothing_else() -> None:
    watched()
    owe_scheduled(at=MIDNIGHT)

    new = owe_scheduled(at=MIDNIGHT + timedelta(days=1))

    assert {(row.kind, row.period) for row in new} == {("sla", "daily"), ("performance", "daily")}


def test_nothing_is_owed_about_a_time_when_nothing_was_watched() -> None:
    watched(since=MIDNIGHT - timedelta(hours=1))

    owe_scheduled(at=MIDNIGHT)

    assert {row.period for row in Report.objects.all()} == {"daily", "weekly"}


def test_a_person_asks_for_services_by_either_name() -> None:
    watched("payment")
    watched("auth")

    asked = ask(FIRST, AFTER, "payment-service", "auth", "payment")

    assert asked.services == ["auth", "payment"]
    assert (asked.period, asked.status, asked.asked_by) == ("custom", "queued", "ana")


def test_an_unknown_service_is_refused() -> None:
    with pytest.raises(ServiceNotWatchedError):
        ask(FIRST, AFTER, "nobody")


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        (FIRST + timedelta(minutes=1), AFTER, "start"),
        (FIRST, AFTER + timedelta(seconds=1), "end"),
        (FIRST, FIRST, "end"),
        (AFTER, FIRST, "end"),
        (FIRST, LONG_AFTER + FIVE, "end"),
        (LONG_AFTER - timedelta(days=400, minutes=5), LONG_AFTER, "start"),
    ],
)
def test_a_period_that_cannot_be_reported_on_is_refused_by_its_field(
    start: datetime, end: datetime, field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        ask(start, end)

    assert list(refused.value.details) == [field]


def test_the_longest_period_ends_now() -> None:
    assert ask(LONG_AFTER - timedelta(days=400), LONG_AFTER).status == "queued"


def test_nobody_queues_more_than_workers_can_be_asked_for() -> None:
    for _ in range(MOST_WAITING):
        ask()
    report()  # what the schedule owes does not count

    with pytest.raises(ConflictError, match="20 reports wait already"):
        ask()


def test_a_failed_report_is_tried_again_and_stays_the_same_row(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    failed = report(status="failed", attempts=3, error="away", progress=0.5)

    again = make_again(failed.pk, by="ana")

    assert again.pk == failed.pk
    assert (again.status, again.attempts, again.error, again.progress) == ("queued", 0, "", 0)
    assert [vars(record).get("by") for record in caplog.records] == ["ana"]


def test_a_report_that_was_made_stays_and_another_is_made_beside_it() -> None:
    made = done_report({"kind": "sla"})

    again = make_again(made.pk, by="ana")

    assert again.pk != made.pk
    assert (again.period, again.start, again.end) == ("daily", FIRST, AFTER)
    assert (again.status, again.asked_by) == ("queued", "ana")
    assert Report.objects.get(pk=made.pk).status == "done"


@pytest.mark.parametrize("status", ["queued", "running"])
def test_a_report_that_is_being_made_is_not_made_again(status: str) -> None:
    with pytest.raises(ConflictError, match="being made already"):
        make_again(report(status=status).pk, by="ana")


def test_a_file_is_there_once_the_report_is_done() -> None:
    made, waiting = done_report({"kind": "sla"}), report(asked_by="ana")

    assert bytes(file_of(made.pk, "pdf").content) == b"<p>file</p>"
    with pytest.raises(ReportNotReadyError, match="it is queued"):
        file_of(waiting.pk, "pdf")
    with pytest.raises(ReportNotFoundError):
        file_of(uuid4(), "pdf")


def test_a_report_goes_with_its_files() -> None:
    made = done_report({"kind": "sla"})

    delete_report(made.pk, by="ana")

    assert not ReportFile.objects.exists()
    with pytest.raises(ReportNotFoundError):
        report_by_id(made.pk)


def test_a_report_that_a_worker_holds_is_not_deleted() -> None:
    with pytest.raises(ConflictError, match="wait until it is done"):
        delete_report(report(status="running").pk, by="ana")


def test_reports_are_forgotten_by_age_of_their_period_and_of_their_making(
    settings: Settings,
) -> None:
    settings.REPORT_RETENTION = timedelta(days=30)
    made = report()
    Report.objects.filter(pk=made.pk).update(created_at=FIRST)
    asked_today = report(asked_by="ana")
    Report.objects.filter(pk=asked_today.pk).update(created_at=LONG_AFTER)
    kept_until = FIRST + timedelta(days=31)

    assert forget_reports(at=kept_until) == 0
    assert forget_reports(at=kept_until + timedelta(seconds=1)) == 1
    assert list(Report.objects.all()) == [asked_today]
