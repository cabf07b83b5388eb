"""The noise report from rows: alerts, events and messages."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries, Settings

from alerts import events
from alerts.management.commands.noise_report import as_text
from alerts.models import Alert
from alerts.models.event import EventKind
from alerts.reports.noise import Figures
from alerts.reports.selectors import noise_at
from tests.alerts.factories import (
    NOON,
    AlertFactory,
    AlertRuleFactory,
    IncidentFactory,
    NotificationFactory,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
END = NOON + timedelta(days=1)


def resolved(**fields: object) -> Alert:
    times = {"state": "resolved", "fired_at": NOON, "resolved_at": NOON + MINUTE}
    return AlertFactory.create(**(times | fields))


def sent(alert: Alert, at: datetime, **fields: object) -> None:
    NotificationFactory.create(
        alert=alert, **({"status": "sent", "sent_at": at, "settled_at": at} | fields)
    )


def figures() -> Figures:
    (rule,) = noise_at(END, weeks=1).rules
    return rule.figures


def test_it_counts_the_firings_of_rules_within_the_weeks() -> None:
    rule = AlertRuleFactory.create()
    resolved(rule=rule)
    resolved(rule=rule, resolved_by="ana")
    resolved(rule=rule, fired_at=END)
    resolved(rule=rule, fired_at=END - timedelta(days=7, seconds=1))
    resolved(rule=rule, fired_at=END - timedelta(days=7), flapping=True, resolved_at=END)
    AlertFactory.create(rule=rule, state="pending")
    resolved(rule=None, source="finding")
    resolved(source="canary")

    counts = figures()

    assert (counts.fired, counts.resolved_quickly, counts.flapping) == (3, 1, 1)


def test_the_first_acknowledgement_counts_also_after_it_lapsed() -> None:
    alert = resolved()
    for minutes in (7, 3):
        events.record(EventKind.ACKNOWLEDGED, alert=alert, at=NOON + minutes * MINUTE, actor="a")
    events.record(EventKind.UNACKNOWLEDGED, alert=alert, at=NOON + 9 * MINUTE)

    assert figures().median_seconds_to_acknowledge == 180


def test_a_row_without_events_says_itself_when_it_was_acknowledged() -> None:
    resolved(acknowledged=True, acknowledged_at=NOON + 2 * MINUTE)

    assert figures().median_seconds_to_acknowledge == 120


def test_messages_are_counted_once_and_pages_by_the_clock_on_a_wall(settings: Settings) -> None:
    settings.ONCALL_TIME_ZONE = "America/New_York"
    settings.NIGHT_BEGINS_HOUR, settings.NIGHT_ENDS_HOUR = 22, 7
    alert = resolved()
    night = datetime(2025, 1, 12, 11, 59, tzinfo=UTC)  # 06:59 in New York
    for at in (night, NOON):
        for kind in ("firing", "escalation", "reminder", "resolved", "acknowledged"):
            sent(alert, at, kind=kind)
    for channel in ("stream", "webhook"):
        sent(alert, night, channel=channel)
    sent(alert, night, carried_by=alert.notifications.first())
    NotificationFactory.create(alert=alert, status="dead")

    counts = figures()

    assert (counts.messages, counts.night_pages) == (12, 3)


def test_advice_knows_incidents_and_the_rule_as_it_stands() -> None:
    rule = AlertRuleFactory.create(duration=60)
    alerts = [resolved(rule=rule) for _ in range(5)]

    (silent,) = noise_at(END, weeks=4).rules
    incident = IncidentFactory.create()
    incident.alerts.add(alerts[0])
    (worked_on,) = noise_at(END, weeks=4).rules

    assert [each.kind for each in silent.advice] == ["retire"]
    assert [each.change for each in worked_on.advice] == [{"duration": 120}]


def test_a_deleted_rule_is_history_and_needs_no_advice() -> None:
    rule = AlertRuleFactory.create(deleted_at=NOON)
    for _ in range(5):
        resolved(rule=rule)

    (found,) = noise_at(END, weeks=4).rules

    assert (found.rule_id, found.advice) == (rule.pk, [])


def test_the_number_of_queries_does_not_grow(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for alert in (resolved() for _ in range(12)):
        sent(alert, NOON)
        events.record(EventKind.ACKNOWLEDGED, alert=alert, at=NOON, actor="a")

    with django_assert_num_queries(4):
        assert len(noise_at(END, weeks=1).rules) == 12


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("noise_report", *arguments, stdout=out)
    return out.getvalue()


def test_the_report_in_words() -> None:
    rule = AlertRuleFactory.create(rule_name="cpu high", duration=60)
    for _ in range(5):
        resolved(rule=rule, acknowledged=True, acknowledged_at=NOON + MINUTE)

    lines = as_text(noise_at(END, weeks=1)).splitlines()

    assert lines[0] == "Noise of rules from 2025-01-06 12:00 to 2025-01-13 12:00 UTC"
    assert lines[3].split() == [
        "cpu",
        "high",
        "5",
        "100",
        "%",
        "100",
        "%",
        "0",
        "0",
        "0",
        "60",
        "s",
    ]
    assert lines[4].strip() == (
        "longer_duration: 5 of 5 firings ended by themselves within 5 minutes"
    )
    assert lines[5].strip() == "change: {'duration': 120}"


def test_the_command_reports_until_now() -> None:
    assert printed().startswith("No rule fired from ")
    assert '"rules": []' in printed("--format", "json", "--weeks", "26")


@pytest.mark.parametrize("weeks", ["0", "27"])
def test_the_command_refuses_weeks_out_of_bounds(weeks: str) -> None:
    with pytest.raises(CommandError, match="from 1 to 26"):
        printed("--weeks", weeks)
