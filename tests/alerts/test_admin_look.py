"""How the admin of alerting shows what rows keep as JSON and numbers: as words."""

import pytest
from django.test import Client

from alerts.admin.look import lines
from tests.alerts.escalation.rows import RotationFactory
from tests.alerts.factories import AlertFactory, NotificationFactory

pytestmark = pytest.mark.django_db


def test_what_is_known_becomes_lines_and_what_is_empty_or_said_elsewhere_is_left_out() -> None:
    said = {"title": "<Hot>", "value": 0.0, "on": False, "note": "", "by": None, "labels": {}}

    assert lines({**said, "channels": ["email"]}, without={"on"}) == (
        "<div>title: &lt;Hot&gt;</div><div>value: 0.0</div><div>channels: [&quot;email&quot;]</div>"
    )


def test_the_page_of_a_message_says_what_it_says_line_by_line(ana: Client) -> None:
    row = NotificationFactory.create(payload={"title": "Hot", "value": 91.5, "unit": ""})

    page = ana.get(f"/admin/alerts/notification/{row.pk}/change/").content.decode()

    assert "<div>title: Hot</div><div>value: 91.5</div></div>" in page


def test_the_page_of_an_alert_shows_its_labels_as_people_write_them(ana: Client) -> None:
    alert = AlertFactory.create(labels={"zone": "b", "host": "a"})

    page = ana.get(f"/admin/alerts/alert/{alert.pk}/change/").content.decode()

    assert "host=a, zone=b" in page


def test_the_weekday_of_a_handoff_is_chosen_by_its_name(ana: Client) -> None:
    rotation = RotationFactory.create(handoff_weekday=2)

    page = ana.get(f"/admin/alerts/oncallrotation/{rotation.pk}/change/").content.decode()

    assert '<option value="2" selected>Wednesday</option>' in page
    assert "Wednesday 09:00" in ana.get("/admin/alerts/oncallrotation/").content.decode()


def test_instants_are_written_in_iso_order(ana: Client) -> None:
    AlertFactory.create()

    page = ana.get("/admin/alerts/alert/").content.decode()

    assert "2025-01-12 12:00:00" in page
    assert "Times in UTC" in page
