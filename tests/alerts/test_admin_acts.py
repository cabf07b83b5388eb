"""Buttons on the page of one alert or incident."""

import re

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from alerts.models import Alert, Incident
from tests.alerts.factories import NOON, AlertFactory, IncidentFactory

pytestmark = pytest.mark.django_db

ALERTS = "/admin/alerts/alert/"
INCIDENTS = "/admin/alerts/incident/"


def buttons(client: Client, path: str) -> list[str]:
    page = client.get(path).content.decode()
    return re.findall(r'<button type="submit" class="button" name="action" value="(\w+)">', page)


def press(client: Client, path: str, row: Alert | Incident, action: str, stay: str) -> str:
    body = {"action": action, "_selected_action": str(row.pk), "stay": stay}
    answer = client.post(path, body)
    assert answer.status_code == 302
    return answer.headers["Location"]


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        ({}, ["acknowledge", "resolve", "silence", "open_incident"]),
        ({"state": "pending"}, ["acknowledge", "resolve", "silence", "open_incident"]),
        (
            {"acknowledged": True, "acknowledged_by": "bo", "acknowledged_at": NOON},
            ["unacknowledge", "resolve", "silence", "open_incident"],
        ),
        ({"state": "resolved"}, ["open_incident"]),
    ],
)
def test_an_alert_offers_what_can_be_done_with_it(
    ana: Client, fields: dict[str, object], offered: list[str]
) -> None:
    alert = AlertFactory.create(**fields)

    assert buttons(ana, f"{ALERTS}{alert.pk}/change/") == offered


@pytest.mark.parametrize(
    ("status", "offered"),
    [
        ("open", ["investigate", "resolve", "close", "tell_the_public"]),
        ("investigating", ["resolve", "close", "tell_the_public"]),
        ("resolved", ["close", "tell_the_public"]),
        ("closed", ["tell_the_public"]),
    ],
)
def test_an_incident_offers_the_steps_that_are_ahead_of_it(
    ana: Client, status: str, offered: list[str]
) -> None:
    incident = IncidentFactory.create(status=status)

    assert buttons(ana, f"{INCIDENTS}{incident.pk}/change/") == offered


def test_who_may_only_look_is_offered_nothing() -> None:
    vera = User.objects.create_user("vera", is_staff=True)
    vera.user_permissions.add(Permission.objects.get(codename="view_alert"))
    client = Client()
    client.force_login(vera)

    assert buttons(client, f"{ALERTS}{AlertFactory.create().pk}/change/") == []


def test_a_button_of_a_page_comes_back_to_it(ana: Client) -> None:
    alert, incident = AlertFactory.create(), IncidentFactory.create()

    after_alert = press(ana, ALERTS, alert, "acknowledge", str(alert.pk))
    after_incident = press(ana, INCIDENTS, incident, "resolve", str(incident.pk))

    assert after_alert == f"{ALERTS}{alert.pk}/change/"
    assert after_incident == f"{INCIDENTS}{incident.pk}/change/"
    assert Alert.objects.get().acknowledged_by == "ana"
    assert Incident.objects.get().status == "resolved"


def test_an_action_of_the_list_stays_in_the_list(ana: Client) -> None:
    assert press(ana, ALERTS, AlertFactory.create(), "acknowledge", "") == ALERTS


def test_an_action_that_leads_elsewhere_leads_there_from_the_page_too(ana: Client) -> None:
    alert = AlertFactory.create()

    there = press(ana, ALERTS, alert, "silence", str(alert.pk))

    assert there == f"/admin/alerts/silence/add/?alert={alert.pk}"
