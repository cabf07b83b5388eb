"""The box of the operations page that says what needs somebody."""

import re
from datetime import date, time, timedelta

import pytest
from django.template.loader import render_to_string

from alerts.models import Contact, OnCallRotation
from alerts.panels import SHOWN, alerts_panel
from tests.alerts.factories import NOON, AlertFactory, IncidentFactory, NotificationFactory

pytestmark = pytest.mark.django_db

AT = NOON + timedelta(hours=2, minutes=5)


def drawn() -> str:
    panel = alerts_panel(AT)
    text = re.sub(r"<[^>]+>", " ", render_to_string(panel.template, dict(panel.context)))
    return " ".join(text.split())


def test_without_alerts_it_says_that_all_is_quiet() -> None:
    panel = alerts_panel(AT)

    assert (panel.title, panel.order, panel.badge, panel.announce) == ("Alerts", 10, 0, "")
    assert drawn() == "all quiet No alert fires."


def test_it_shows_what_fires_for_how_long_and_who_has_it() -> None:
    AlertFactory.create(
        title="Service down",
        severity="critical",
        service="auth-service",
        value=0.0,
        acknowledged=True,
        acknowledged_by="ana@example.org",
    )

    assert "critical Service down auth-service 0 2 h 5 min ana@example.org" in drawn()


def test_it_says_that_nobody_has_taken_an_alert_and_that_its_series_is_silent() -> None:
    AlertFactory.create(value=None, no_data_since=NOON)

    text = drawn()
    assert "no data since 12:00:00 UTC no data 2 h 5 min nobody yet" in text


def test_the_worst_come_first_and_of_those_the_oldest() -> None:
    for title, severity, hour in [
        ("w", "warning", 0),
        ("i", "info", 0),
        ("late", "critical", 1),
        ("early", "critical", 0),
    ]:
        AlertFactory.create(title=title, severity=severity, started_at=NOON + timedelta(hours=hour))

    panel = alerts_panel(AT)

    assert [line.alert.title for line in panel.context["firing"]] == ["early", "late", "w", "i"]
    assert (panel.badge, panel.announce) == (4, "4 alerts fire, the worst: early")


def test_one_alert_is_announced_as_one() -> None:
    AlertFactory.create(title="Down")

    assert alerts_panel(AT).announce == "1 alert fires, the worst: Down"


def test_pending_alerts_are_shown_apart_and_ring_no_bell() -> None:
    AlertFactory.create(state="pending", title="Warm")
    AlertFactory.create(state="resolved", title="Past")

    panel, text = alerts_panel(AT), drawn()

    assert (panel.badge, panel.context["pending_total"]) == (0, 1)
    assert "warning Warm (payment-service) for 2 h 5 min" in text
    assert "Past" not in text


def test_of_very_many_it_shows_some_and_counts_all() -> None:
    AlertFactory.create_batch(SHOWN + 1)

    panel, text = alerts_panel(AT), drawn()

    assert (len(panel.context["firing"]), panel.badge) == (SHOWN, SHOWN + 1)
    assert f"{SHOWN + 1} firing" in text
    assert f"lists all {SHOWN + 1}" in text


def test_incidents_under_way_are_shown() -> None:
    IncidentFactory.create(title="Payment Service Outage", status="investigating")
    IncidentFactory.create(title="Old", status="closed")

    text = drawn()
    assert "critical Payment Service Outage investigating for 2 h 5 min" in text
    assert "Old" not in text


def test_it_counts_the_alerts_whose_messages_are_held_back() -> None:
    hidden = AlertFactory.create()
    for _ in range(2):
        NotificationFactory.create(alert=hidden, status="held", held_by="silence")
    over = AlertFactory.create(state="resolved")
    NotificationFactory.create(alert=over, status="held", held_by="silence")

    assert alerts_panel(AT).context["hidden_total"] == 1
    assert "1 firing, 1 hidden" in drawn()


def test_it_says_who_is_on_call() -> None:
    weeks = {"handoff_time": time(9), "first_week": date(2025, 1, 6)}
    taken = OnCallRotation.objects.create(name="Payments", **weeks)
    taken.members.create(contact=Contact.objects.create(name="Bo", email="b@x.example"), position=1)
    OnCallRotation.objects.create(name="Nights", **weeks)

    assert drawn().endswith("On call nobody Nights Bo Payments")


def test_messages_that_nobody_sends_are_called_overdue() -> None:
    NotificationFactory.create()

    assert "overdue 1 notification is overdue by more than a minute." in drawn()


def test_what_others_wrote_is_escaped() -> None:
    AlertFactory.create(title="<script>alert(1)</script>", service="<b>")

    panel = alerts_panel(AT)
    page = render_to_string(panel.template, dict(panel.context))

    assert "<script>" not in page
    assert "<b>" not in page
