"""What happened to an incident, over HTTP: timeline, replay, notes, post-mortem."""

from datetime import timedelta

import pytest
from django.test import Client

from alerts import events
from alerts.models import Alert, Incident, NotificationAttempt
from alerts.models.event import EventKind
from tests.alerts.factories import (
    NOON,
    AlertFactory,
    IncidentFactory,
    NotificationFactory,
)
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

INCIDENTS = f"{API}/incidents"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def user() -> Client:
    return client_of("user")


@pytest.fixture
def operator() -> Client:
    return client_of("operator", userId="olga")


def test_a_note_is_a_line_of_the_timeline(operator: Client, user: Client) -> None:
    incident = IncidentFactory.create()

    answer = operator.post(
        f"{INCIDENTS}/{incident.pk}/notes", {"text": "Restarted"}, content_type="application/json"
    )

    line = answer.json()
    assert answer.status_code == 201
    assert (line["kind"], line["text"], line["actor"], line["via"]) == (
        "noted",
        "Restarted",
        "olga",
        "api",
    )
    assert user.get(f"{INCIDENTS}/{incident.pk}/timeline").json()["lines"] == [line]


def lived() -> tuple[Incident, Alert]:
    """An incident with an alert that fired, was told of, taken and is over."""
    alert = AlertFactory.create(title="Hot", started_at=NOON - MINUTE)
    incident = IncidentFactory.create()
    incident.alerts.add(alert)
    events.record(EventKind.OPENED, incident=incident, at=NOON + MINUTE, actor="ana")
    events.record_for_all(EventKind.FIRED, [alert], at=NOON)
    row = NotificationFactory.create(
        alert=alert, status="sent", sent_at=NOON + MINUTE, settled_at=NOON + MINUTE
    )
    NotificationAttempt.objects.create(
        notification=row, at=NOON + MINUTE, outcome="sent", latency_ms=1
    )
    events.record(EventKind.ACKNOWLEDGED, alert=alert, at=NOON + 2 * MINUTE, actor="ana")
    events.record_for_all(EventKind.RESOLVED, [alert], at=NOON + 3 * MINUTE)
    return incident, alert


def test_the_timeline_is_read_page_by_page(user: Client) -> None:
    incident, alert = lived()
    url = f"{INCIDENTS}/{incident.pk}/timeline"

    first = user.get(f"{url}?limit=3").json()
    second = user.get(f"{url}?limit=3&after={first['next']}").json()

    kinds = [line["kind"] for page in (first, second) for line in page["lines"]]
    assert kinds == ["fired", "opened", "message_sent", "acknowledged", "resolved"]
    assert second["next"] is None
    assert first["lines"][0] == {
        "at": "2025-01-12T12:00:00Z",
        "kind": "fired",
        "actor": "",
        "via": "",
        "text": "Hot: fires, value 85.3",
        "alert": str(alert.pk),
    }


def test_the_timeline_is_replayed_as_of_an_instant(user: Client) -> None:
    incident, alert = lived()

    body = user.get(f"{INCIDENTS}/{incident.pk}/timeline?at=2025-01-12T12:02:00Z").json()

    assert (body["at"], body["status"]) == ("2025-01-12T12:02:00Z", "open")
    assert [line["kind"] for line in body["lines"]][-1] == "acknowledged"
    assert body["alerts"] == [
        {
            "id": str(alert.pk),
            "title": "Hot",
            "severity": "warning",
            "service": "payment-service",
            "state": "firing",
            "fired_at": "2025-01-12T12:00:00Z",
            "resolved_at": None,
            "acknowledged_by": "ana",
            "acknowledged_at": "2025-01-12T12:02:00Z",
            "hidden": False,
            "steps_taken": 0,
        }
    ]


def test_before_it_all_there_was_nothing(user: Client) -> None:
    incident, _ = lived()

    body = user.get(f"{INCIDENTS}/{incident.pk}/timeline?at=2025-01-12T11:00:00Z").json()

    assert (body["status"], body["lines"]) == (None, [])
    assert [each["state"] for each in body["alerts"]] == [None]


@pytest.mark.parametrize("query", ["after=nonsense", "at=nonsense", "limit=1001"])
def test_a_timeline_that_is_not_understood_is_refused(user: Client, query: str) -> None:
    incident = IncidentFactory.create()

    assert user.get(f"{INCIDENTS}/{incident.pk}/timeline?{query}").status_code == 400


def test_the_post_mortem_is_a_draft_until_somebody_writes_it(
    operator: Client, user: Client
) -> None:
    incident, _ = lived()
    url = f"{INCIDENTS}/{incident.pk}/postmortem"

    draft = user.get(url, headers={"Accept": "text/html"})
    operator.patch(
        f"{INCIDENTS}/{incident.pk}", {"postmortem": "# Ours\n"}, content_type="application/json"
    )
    written = user.get(url)

    assert draft["Content-Type"] == "text/markdown; charset=utf-8"
    text = draft.content.decode()
    assert text.startswith("# Post-mortem: Payment Service Outage\n")
    assert "| 2025-01-12 12:02:00 UTC | Hot: acknowledged | ana |  |" in text
    assert "| Time to acknowledge | 1 min |" in text
    assert written.content.decode() == "# Ours\n"
