"""The timeline of an incident, read from events and from the ledger."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from alerts import events
from alerts.models import Alert, Event, Incident, NotificationAttempt, NotificationReceipt
from alerts.models.event import EventKind
from alerts.timeline.lines import Line
from alerts.timeline.sources import Excerpt, timeline_of
from tests.alerts.factories import NOON, AlertFactory, IncidentFactory, NotificationFactory

pytestmark = pytest.mark.django_db


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def hot() -> Alert:
    return AlertFactory.create(title="Hot")


@pytest.fixture
def incident(hot: Alert) -> Incident:
    incident = IncidentFactory.create()
    incident.alerts.add(hot)
    return incident


def told(alert: Alert, minutes: float, outcome: str = "sent", **fields: Any) -> NotificationAttempt:
    sent = {"status": "sent", "sent_at": at(minutes), "settled_at": at(minutes)}
    row = NotificationFactory.create(alert=alert, **((sent if outcome == "sent" else {}) | fields))
    return NotificationAttempt.objects.create(
        notification=row, at=at(minutes), outcome=outcome, detail="250 ok", latency_ms=4.5
    )


def lines(incident: Incident, **asked: Any) -> list[Line]:
    return timeline_of(incident, Excerpt(**({"limit": 100} | asked))).lines


def texts(incident: Incident, **asked: Any) -> list[str]:
    return [line.text for line in lines(incident, **asked)]


def test_what_happened_and_who_was_told_are_one_course(incident: Incident, hot: Alert) -> None:
    events.record(EventKind.OPENED, incident=incident, at=at(5), actor="ana", via="admin")
    events.record_for_all(EventKind.FIRED, [hot], at=at(0))
    told(hot, 1)
    receipt = NotificationFactory.create(
        alert=hot, status="sent", sent_at=at(2), settled_at=at(2), recipient="+4915112345678"
    )
    NotificationReceipt.objects.create(notification=receipt, at=at(3), status="delivered")

    found = lines(incident)

    assert [(line.kind, line.text) for line in found] == [
        ("fired", "Hot: fires, value 85.3"),
        ("message_sent", "Hot: firing message to ops@tickettoken.example sent"),
        ("message_receipt", "Hot: firing message to …678 reported as delivered"),
        ("opened", "incident opened"),
    ]
    opened, fired = found[3], found[0]
    assert (opened.actor, opened.via, opened.alert) == ("ana", "admin", None)
    assert (fired.actor, fired.via, fired.alert) == ("", "", hot.pk)
    assert (found[1].via, found[1].alert, found[1].at) == ("email", hot.pk, at(1))


@pytest.mark.parametrize(
    ("status", "text"),
    [
        ("suppressed", "not sent (why)"),
        ("superseded", "not sent: overtaken by what happened later (why)"),
        ("dead", "given up (why)"),
    ],
)
def test_a_message_that_was_never_sent_has_its_line(
    incident: Incident, hot: Alert, status: str, text: str
) -> None:
    NotificationFactory.create(alert=hot, status=status, reason="why", settled_at=at(4))

    (line,) = lines(incident)

    assert (line.kind, line.at) == (f"message_{status}", at(4))
    assert line.text == f"Hot: firing message to ops@tickettoken.example {text}"


@pytest.mark.parametrize("status", ["pending", "held", "sent", "failed"])
def test_a_message_that_waits_or_whose_try_tells_all_has_no_line_beside_it(
    incident: Incident, hot: Alert, status: str
) -> None:
    more: dict[str, dict[str, Any]] = {
        "held": {"held_by": "silence"},
        "sent": {"sent_at": at(1)},
    }
    NotificationFactory.create(alert=hot, status=status, **more.get(status, {}))

    assert lines(incident) == []


def test_a_message_within_that_of_another_alert_says_so(incident: Incident, hot: Alert) -> None:
    leader = NotificationFactory.create(status="sent", sent_at=at(1))
    NotificationFactory.create(
        alert=hot, status="sent", sent_at=at(1), settled_at=at(1), carried_by=leader
    )

    assert [text.partition("example ")[2] for text in texts(incident)] == [
        "sent within the message of another alert"
    ]


def test_other_incidents_over_the_same_alert_keep_their_events(
    incident: Incident, hot: Alert
) -> None:
    other = IncidentFactory.create()
    other.alerts.add(hot)
    events.record(EventKind.LINKED, alert=hot, incident=other, at=at(1), detail={"title": "Hot"})
    events.record(EventKind.LINKED, alert=hot, incident=incident, at=at(2), detail={"title": "Hot"})
    events.record_for_all(EventKind.FIRED, [AlertFactory.create()], at=at(0))

    assert [line.at for line in lines(incident)] == [at(2)]


def test_it_ends_at_an_instant_that_belongs_to_it(incident: Incident, hot: Alert) -> None:
    for minutes in (1, 2, 3):
        events.record(EventKind.NOTED, incident=incident, at=at(minutes), detail={"text": "n"})
        told(hot, minutes)

    assert [line.at for line in lines(incident, until=at(2))] == [at(1)] * 2 + [at(2)] * 2


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
def test_pages_one_after_another_are_the_whole(incident: Incident, hot: Alert, limit: int) -> None:
    for minutes in (1, 1, 2, 2, 3):
        events.record(EventKind.NOTED, incident=incident, at=at(minutes), detail={"text": "n"})
        told(hot, minutes)
        NotificationFactory.create(alert=hot, status="superseded", settled_at=at(minutes))
    whole = lines(incident)

    collected, after = [], None
    while True:
        page = timeline_of(incident, Excerpt(limit=limit, after=after))
        collected += page.lines
        after = page.after
        if after is None:
            break

    assert len(whole) == 15
    assert collected == whole


def test_the_number_of_queries_does_not_grow(
    incident: Incident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for alert in AlertFactory.create_batch(20):
        incident.alerts.add(alert)
        events.record_for_all(EventKind.FIRED, [alert], at=at(1))
        told(alert, 1)

    with django_assert_num_queries(5):
        assert len(lines(incident)) == 40


def test_an_event_is_never_changed(incident: Incident) -> None:
    event = events.record(EventKind.NOTED, incident=incident, at=at(1), detail={"text": "n"})

    with pytest.raises(Exception, match="added, never changed"):
        Event.objects.filter(pk=event.pk).update(actor="bo")
