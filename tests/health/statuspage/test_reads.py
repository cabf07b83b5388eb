"""From rows to the document: who is shown, how they stand, and the days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries

from health.public.document import History, document_at, history_until
from health.statuspage.bars import Spans
from health.statuspage.document import PublicService
from monitoring.errors import NotFoundError
from tests.health.statuspage.rows import (
    DAY,
    DAY_MS,
    MINUTE_MS,
    bucket,
    day,
    incident,
    midnight_of,
    public_service,
    standing,
    window,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MIDNIGHT = midnight_of(NOON)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def shown() -> PublicService:
    (service,) = document_at(NOON).services
    return service


def test_only_public_services_that_are_watched_are_shown_by_their_place() -> None:
    public_service("payment", public_order=2)
    public_service("event", public_order=1, public_name="")
    public_service("secret", is_public=False)
    public_service("retired", enabled=False)

    assert [(each.id, each.name) for each in document_at(NOON).services] == [
        ("event", "event"),
        ("payment", "Payment"),
    ]


@pytest.mark.parametrize(
    ("status", "columns", "state"),
    [
        ("healthy", {}, "operational"),
        ("unhealthy", {"consecutive_failures": 3}, "outage"),
        ("degraded", {}, "degraded"),
        ("degraded", {"consecutive_failures": 1}, "operational"),
        ("degraded", {"behind": "gateway"}, "unknown"),
    ],
)
def test_the_standing_gives_the_state(status: str, columns: dict[str, Any], state: str) -> None:
    standing(public_service("payment"), NOON, status, **columns)

    assert shown().state == state


@pytest.mark.parametrize(
    ("interval", "age", "state"),
    [
        (30, timedelta(seconds=90), "operational"),
        (30, timedelta(seconds=91), "unknown"),
        (5, timedelta(seconds=15), "operational"),
        (5, timedelta(seconds=16), "unknown"),
        (None, timedelta(seconds=91), "unknown"),
        (600, timedelta(minutes=30), "operational"),
    ],
)
def test_a_standing_says_nothing_once_three_probes_are_missing(
    settings: Settings, interval: int | None, age: timedelta, state: str
) -> None:
    settings.HEALTH_CHECK_INTERVAL, settings.PROBE_TICK = 30 * SECOND, 5 * SECOND
    standing(public_service("payment", interval_seconds=interval), NOON - age)

    assert shown().state == state


def test_a_service_that_was_never_probed_is_not_known() -> None:
    public_service("payment")

    assert (shown().state, shown().uptime_percent) == ("unknown", None)


def test_days_come_from_the_midnight_task_and_today_from_buckets() -> None:
    service = public_service("payment")
    day(service, MIDNIGHT - 2 * DAY, down_ms=MINUTE_MS)
    day(service, MIDNIGHT - 89 * DAY)
    day(service, MIDNIGHT - 90 * DAY, down_ms=DAY_MS)
    bucket(service, MIDNIGHT, down_ms=1_000)
    bucket(service, MIDNIGHT + 5 * MINUTE)

    days = shown().days

    assert days[-1].spans == Spans(10 * MINUTE_MS - 1_000, 1_000)
    assert days[-3].spans == Spans(DAY_MS - MINUTE_MS, MINUTE_MS)
    assert days[0].spans == Spans(DAY_MS)
    assert shown().spans.down_ms == MINUTE_MS + 1_000


def test_yesterday_comes_from_buckets_until_the_midnight_task_has_run() -> None:
    service = public_service("payment")
    bucket(service, MIDNIGHT - 5 * MINUTE, down_ms=2_000)

    assert shown().days[-2].spans.down_ms == 2_000

    day(service, MIDNIGHT - DAY, down_ms=3_000)

    assert shown().days[-2].spans.down_ms == 3_000


def test_a_kept_period_that_is_no_day_is_no_bar() -> None:
    week = day(public_service("payment"), MIDNIGHT - 7 * DAY, down_ms=1)
    week.period_end = MIDNIGHT
    week.save()

    assert shown().spans == Spans()


def test_an_open_incident_makes_the_services_worse_that_it_names() -> None:
    standing(public_service("payment"), NOON)
    standing(public_service("event"), NOON)
    incident("Late", [(NOON - HOUR, "investigating", "x")], impact="major", services=["payment"])

    states = {each.id: each.state for each in document_at(NOON).services}

    assert states == {"payment": "partial_outage", "event": "operational"}


def test_a_service_that_is_not_public_any_more_is_not_named_by_old_incidents() -> None:
    public_service("payment", is_public=False)
    public_service("event")
    incident("Late", [(NOON, "resolved", "x")], services=["payment", "event", "gone"])

    assert document_at(NOON).incidents[0].services == ["Event"]


def test_incidents_are_told_for_ninety_days_after_their_end_and_drafts_never() -> None:
    since = NOON - 90 * DAY
    incident("open for long", [(since - 9 * DAY, "investigating", "x")])
    incident("just in", [(since, "resolved", "x")])
    incident("too old", [(since - SECOND, "resolved", "x")])
    incident("draft", [(NOON, "investigating", "x")], is_published=False)

    assert [each.title for each in document_at(NOON).incidents] == ["just in", "open for long"]


def test_announced_maintenance_is_told_with_the_services_that_it_takes_out() -> None:
    standing(public_service("payment", public_name="Payments"), NOON, "unhealthy")
    public_service("event")
    window(NOON - HOUR)

    told = document_at(NOON)

    assert [(each.title, list(each.services)) for each in told.maintenance] == [
        ("New database", ["Payments"])
    ] * 2
    assert [each.starts_at for each in told.maintenance] == [NOON - HOUR, NOON - HOUR + 7 * DAY]
    assert {each.id: each.state for each in told.services}["payment"] == "maintenance"


@pytest.mark.parametrize(
    ("first_start", "columns"),
    [
        (NOON, {"public_title": ""}),
        (NOON, {"enabled": False}),
        (NOON, {"recurrence": "nonsense"}),
        (NOON, {"matchers": "nonsense"}),
        (NOON + 30 * DAY + MINUTE, {}),
        (NOON - 8 * DAY, {"recurrence": "FREQ=DAILY;COUNT=1"}),
    ],
)
def test_what_is_not_announced_or_cannot_be_read_is_not_told(
    first_start: datetime, columns: dict[str, Any]
) -> None:
    window(first_start, **columns)

    assert document_at(NOON).maintenance == []


def test_a_window_for_some_alerts_only_takes_out_no_service() -> None:
    public_service("payment")
    warnings = [
        {"label": "service_name", "op": "=", "value": "payment-service"},
        {"label": "severity", "op": "=", "value": "warning"},
    ]
    window(NOON, matchers=warnings)

    assert document_at(NOON).maintenance[0].services == []


def test_an_opening_keeps_its_id_and_the_window_its_own() -> None:
    row = window(NOON + DAY)

    first, again = (document_at(at).maintenance[0] for at in (NOON, NOON + HOUR))

    assert first.id == again.id != str(row.pk)
    assert first.announced_at == max(row.created_at, NOON + DAY - timedelta(days=30))


def test_the_number_of_queries_does_not_grow_with_the_rows(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for name in ("a", "b", "c"):
        service = public_service(name)
        standing(service, NOON)
        day(service, MIDNIGHT - DAY)
        incident(name, [(NOON, "investigating", "x")], services=[name])

    with django_assert_num_queries(6):
        document_at(NOON)


def months(history: History) -> list[tuple[str, list[str]]]:
    return [(f"{each.first:%Y-%m}", [it.title for it in each.incidents]) for each in history.months]


def test_history_is_three_months_with_the_way_to_others() -> None:
    incident("old", [(datetime(2026, 6, 30, 23, 59, tzinfo=UTC), "resolved", "x")])
    incident("edge", [(datetime(2026, 9, 1, tzinfo=UTC), "resolved", "x")])
    today = date(2026, 11, 23)

    newest = history_until(today, today=today)

    assert months(newest) == [("2026-11", []), ("2026-10", []), ("2026-09", ["edge"])]
    assert (newest.earlier, newest.later) == (date(2026, 8, 1), None)
    oldest = history_until(date(2026, 8, 1), today=today)
    assert months(oldest)[-1] == ("2026-06", ["old"])
    assert (oldest.earlier, oldest.later) == (None, date(2026, 11, 1))
    assert history_until(date(2026, 10, 1), today=today).later == date(2026, 11, 1)


@pytest.mark.parametrize("month", [date(2026, 12, 1), date(2026, 10, 1)])
def test_history_has_no_month_to_come_and_none_before_the_first_incident(month: date) -> None:
    incident("now", [(NOON, "resolved", "x")])

    with pytest.raises(NotFoundError):
        history_until(month, today=NOON.date())
