"""The document puts together what all outputs say."""

import pytest

from health.statuspage.bars import Spans
from health.statuspage.document import in_order
from health.statuspage.stage import PublicState
from health.statuspage.status_json import as_json
from monitoring.api.renderers import dumps
from tests.health.statuspage.documents import HOUR, NOON, document, incident, maintenance, service


def test_groups_stand_where_their_first_member_does() -> None:
    placed = [
        (2, service("Orders", group="Buying")),
        (1, service("Scanners", group="Door")),
        (0, service("Payments", group="Buying")),
        (0, service("API")),
    ]

    shown = document(services=in_order(placed))

    assert [(name, [each.name for each in group]) for name, group in shown.groups] == [
        ("", ["API"]),
        ("Buying", ["Payments", "Orders"]),
        ("Door", ["Scanners"]),
    ]


@pytest.mark.parametrize(
    ("states", "headline"),
    [
        ([], "No service is shown here yet"),
        (["operational"], "All systems are operational"),
        (["unknown"], "Some services cannot be seen right now"),
        (["outage"], "Major outage"),
    ],
)
def test_the_headline_answers_why_somebody_came(states: list[str], headline: str) -> None:
    services = [service("API", PublicState(state)) for state in states]

    assert document(services=services).headline == headline


def test_an_incident_that_names_nobody_still_makes_the_page_say_so() -> None:
    shown = document(incidents=[incident("All", (NOON, "investigating", "x"), services=[])])

    assert shown.headline == "Some services are degraded"


def test_what_runs_is_not_ahead_and_what_is_over_is_in_neither() -> None:
    over = maintenance("over", NOON - 2 * HOUR)
    now, ahead = maintenance("now", NOON - HOUR), maintenance("ahead", NOON + HOUR)
    begins = maintenance("begins", NOON)

    shown = document(maintenance=[over, now, begins, ahead])

    assert shown.running_maintenance == [now, begins]
    assert shown.coming_maintenance == [ahead]


def test_the_uptime_of_all_is_that_of_their_time_together() -> None:
    services = [service("A", today=Spans(1, 0)), service("B", today=Spans(2, 1))]

    assert document(services=services).uptime_percent == 75
    assert document().uptime_percent is None


def test_an_incident_says_how_long_it_lasted_once_it_is_over() -> None:
    course = (NOON - HOUR, "resolved", "x")
    over = incident("a", course, started_at=NOON - 2 * HOUR, resolved_at=NOON - HOUR)

    assert (over.lasted_words, over.is_open, over.stage) == ("1 h", False, "resolved")
    assert incident("b", (NOON, "identified", "x")).lasted_words == ""


def test_an_incident_without_a_word_stands_for_itself() -> None:
    silent = incident("a")

    assert (silent.stage, silent.updated_at) == ("", silent.started_at)


def test_the_newest_update_says_where_an_incident_stands() -> None:
    told = incident("a", (NOON - HOUR, "identified", "x"), (NOON, "monitoring", "y"))

    assert (told.stage, told.updated_at, told.impact_words) == ("monitoring", NOON, "Minor impact")


def test_an_incident_that_is_over_without_a_word_is_resolved() -> None:
    assert incident("a", resolved_at=NOON).stage == "resolved"


def test_an_incident_that_ended_before_it_began_lasted_no_time() -> None:
    assert incident("a", resolved_at=NOON - 2 * HOUR, started_at=NOON).lasted_words == "0 s"


def test_a_service_says_in_words_what_its_bars_show() -> None:
    shown = service("API", PublicState.PARTIAL_OUTAGE, today=Spans(3_600_000, 3_600_000))

    assert shown.uptime_percent == 50
    assert (shown.state_words, shown.uptime_words) == ("Partial outage", "50.00 %")
    assert shown.days_in_words.startswith("Uptime of the last 90 days: 50.00 %. Days: outage on 1")
    assert [(run.last, run.count) for run in shown.runs] == [
        (NOON.date(), 1),
        ((NOON - 24 * HOUR).date(), 89),
    ]


@pytest.mark.parametrize(("hour", "is_of_one_day"), [(0, True), (21, True), (22, False)])
def test_maintenance_over_midnight_is_of_two_days(hour: int, *, is_of_one_day: bool) -> None:
    assert maintenance("a", NOON.replace(hour=hour)).is_of_one_day is is_of_one_day


def test_json_says_everything_in_plain_values() -> None:
    shown = document(
        services=[service("API", today=Spans(3_000, 1_000))],
        incidents=[incident("Late", (NOON, "investigating", "x"))],
        maintenance=[maintenance("Now", NOON)],
    )

    told = as_json(shown, is_stale=True)

    assert dumps(told)
    assert told["page"]["is_stale"] is True
    assert told["page"]["updated_at"] == "2026-11-23T12:00:00Z"
    assert told["services"][0]["days"][-1] == {
        "date": "2026-11-23",
        "level": "down",
        "uptime_percent": 75,
        "down_seconds": 1.0,
        "degraded_seconds": 0.0,
        "maintenance_seconds": 0.0,
    }
    assert told["incidents"][0]["url"] == f"{shown.url}/incidents/{told['incidents'][0]['id']}"
    assert told["maintenance"][0]["is_running"] is True
