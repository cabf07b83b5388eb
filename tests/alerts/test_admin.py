"""Alerts and incidents in the admin, page by page and action by action."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from alerts.models import Alert, Incident, NotificationAttempt
from alerts.models.alert import State
from alerts.models.choices import Severity
from alerts.models.incident import IncidentSeverity, IncidentStatus
from alerts.models.notification import Status
from tests.alerts.factories import (
    NOON,
    AlertFactory,
    AlertRuleFactory,
    IncidentFactory,
    NotificationFactory,
)

pytestmark = pytest.mark.django_db

ALERTS = "/admin/alerts/alert/"
INCIDENTS = "/admin/alerts/incident/"


def act(client: Client, url: str, action: str, rows: Sequence[Model], **more: str) -> str:
    """Run an action of a list over some rows and return the page that follows, tags and all."""
    body: dict[str, Any] = {"action": action, "_selected_action": [row.pk for row in rows], **more}
    answer = client.post(url, body, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_says_what_matters_at_night(ana: Client) -> None:
    started = timezone.now() - timedelta(hours=2, minutes=5, seconds=1)
    AlertFactory.create(title="Hot", severity="critical", started_at=started, fired_at=started)

    page = ana.get(ALERTS).content.decode()

    assert '<span class="alert-badge alert-critical">critical</span>' in page
    assert '<span class="alert-badge alert-firing">firing</span>' in page
    assert "85.3 (&gt; 80)" in page
    assert "2 h 5 min" in page
    assert "nobody yet" in page
    assert "alerts/admin.css" in page
    assert "style=" not in page.partition("<main")[2].partition('id="result_list"')[2]


def test_the_list_shows_what_is_unknown_as_unknown(ana: Client) -> None:
    AlertFactory.create(rule=None, value=None, state="resolved", acknowledged_by="bo")
    AlertFactory.create(rule=None, value=8.0, threshold=None)
    AlertFactory.create(rule=None, value=8.0, threshold=3.0)

    page = ana.get(ALERTS).content.decode()

    for text in ("no data (against 80)", ">8<", "8 (against 3)", ">bo<"):
        assert text in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state__exact=firing", {"a"}),
        ("severity__exact=critical", {"b"}),
        ("service=auth-service", {"b"}),
        ("acknowledged__exact=0", {"a", "b"}),
        ("started_at__year=2025", {"a", "b"}),
        ("q=watched", {"a"}),
        ("q=hot", {"b"}),
    ],
)
def test_the_list_can_be_filtered_and_searched(ana: Client, query: str, found: set[str]) -> None:
    AlertFactory.create(title="a", rule=AlertRuleFactory.create(rule_name="watched"))
    AlertFactory.create(
        title="b",
        description="too hot",
        state="resolved",
        severity="critical",
        service="auth-service",
    )

    answer = ana.get(f"{ALERTS}?{query}")

    assert {alert.title for alert in answer.context["cl"].result_list} == found


def test_one_alert_shows_its_messages_and_every_try(ana: Client) -> None:
    notification = NotificationFactory.create(status="failed", reason="mailbox unknown")
    NotificationAttempt.objects.create(
        notification=notification, at=NOON, outcome="permanent", detail="550 <no>", latency_ms=31.4
    )

    page = ana.get(f"{ALERTS}{notification.alert_id}/change/").content.decode()

    assert '<span class="alert-badge alert-failed">failed</span>' in page
    assert "12:00:00 permanent 550 &lt;no&gt; (31 ms)" in page
    assert "mailbox unknown" in page


def test_an_alert_is_read_only_and_can_neither_be_added_nor_deleted(ana: Client) -> None:
    alert = AlertFactory.create()
    url = f"{ALERTS}{alert.pk}/change/"

    assert 'name="_save"' not in ana.get(url).content.decode()
    assert ana.post(url, {"title": "changed"}).status_code == 403
    assert ana.get(f"{ALERTS}add/").status_code == 403
    assert ana.post(f"{ALERTS}{alert.pk}/delete/", {"post": "yes"}).status_code == 403


def test_acknowledging_is_done_in_the_name_of_who_is_logged_in(ana: Client) -> None:
    alert, over = AlertFactory.create(), AlertFactory.create(state="resolved", title="Over")

    page = act(ana, ALERTS, "acknowledge", [alert, over])

    alert.refresh_from_db()
    assert (alert.acknowledged, alert.acknowledged_by) == (True, "ana")
    assert "Acknowledged: 1." in page
    assert f"Over: alert {over.pk} is already resolved." in page


def test_resolving_keeps_the_name_and_the_note(ana: Client) -> None:
    alert = AlertFactory.create()
    over = AlertFactory.create(state="resolved", resolved_by="bo")

    page = act(ana, ALERTS, "resolve", [alert, over], note=" scaled up ")

    alert.refresh_from_db()
    assert (alert.state, alert.resolved_by) == ("resolved", "ana")
    assert alert.resolution_note == "scaled up"
    assert "Resolved: 1." in page
    over.refresh_from_db()
    assert over.resolved_by == "bo"


def test_a_resolution_needs_no_note(ana: Client) -> None:
    alert = AlertFactory.create()

    act(ana, ALERTS, "resolve", [alert], note="")

    alert.refresh_from_db()
    assert alert.resolution_note is None


def test_an_incident_is_opened_over_the_selected_alerts(ana: Client) -> None:
    alerts = [AlertFactory.create(title="Hot", severity="critical"), AlertFactory.create()]

    page = act(ana, ALERTS, "open_incident", alerts)

    incident = Incident.objects.get()
    assert (incident.severity, set(incident.alerts.all())) == ("critical", set(alerts))
    assert f"Incident opened: {incident.title}." in page


def test_who_may_only_look_gets_no_actions(client: Client) -> None:
    alert = AlertFactory.create()
    viewer = User.objects.create_user("vi", is_staff=True)
    viewer.user_permissions.set(viewer.user_permissions.model.objects.filter(codename="view_alert"))
    client.force_login(viewer)

    act(client, ALERTS, "resolve", [alert])

    assert client.get(ALERTS).status_code == 200
    assert Alert.objects.get().state == "firing"


def test_the_list_of_incidents_says_how_long_and_what_is_hit(ana: Client) -> None:
    IncidentFactory.create(
        affected_services=["auth-service", "payment-service"],
        status="resolved",
        resolved_at=NOON + timedelta(minutes=90),
    )

    page = ana.get(INCIDENTS).content.decode()

    assert "auth-service, payment-service" in page
    assert "1 h 30 min" in page
    assert '<span class="alert-badge alert-resolved">resolved</span>' in page


@pytest.mark.parametrize(
    ("action", "status"),
    [("investigate", "investigating"), ("resolve", "resolved"), ("close", "closed")],
)
def test_an_incident_is_moved_on_by_actions(ana: Client, action: str, status: str) -> None:
    incident = IncidentFactory.create()

    page = act(ana, INCIDENTS, action, [incident])

    incident.refresh_from_db()
    assert incident.status == status
    assert f"Now {status}: 1." in page


def test_an_incident_is_not_moved_back(ana: Client) -> None:
    incident = IncidentFactory.create(status="closed", resolved_at=NOON)

    page = act(ana, INCIDENTS, "investigate", [incident])

    assert "is already closed." in page
    assert "Now investigating: 0." in page


def test_an_incident_can_be_opened_by_hand(ana: Client) -> None:
    alert = AlertFactory.create()
    assert str(timezone.now().year) in ana.get(f"{INCIDENTS}add/").content.decode()

    answer = ana.post(
        f"{INCIDENTS}add/",
        {
            "title": "Checkout is slow",
            "severity": "high",
            "affected_services": "payment-service,order-service",
            "alerts": [str(alert.pk)],
            "detected_at_0": "2025-01-12",
            "detected_at_1": "12:00:00",
        },
    )

    incident = Incident.objects.get()
    assert answer.status_code == 302
    assert (incident.severity, incident.status, incident.detected_at) == ("high", "open", NOON)
    assert incident.affected_services == ["payment-service", "order-service"]
    assert list(incident.alerts.all()) == [alert]


@pytest.mark.parametrize(
    "word", sorted({*Severity, *State, *Status, *IncidentSeverity, *IncidentStatus})
)
def test_every_word_has_its_colour(word: str) -> None:
    styles = settings.BASE_DIR / "templates/static/alerts/admin.css"

    assert re.search(rf"\.alert-{word}\b", styles.read_text(encoding="utf-8"))
