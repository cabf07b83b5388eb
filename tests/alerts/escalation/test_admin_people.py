"""Contacts, rotations and policies in the admin, and the chain of an alert."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from alerts.models import Alert, Contact, EscalationPolicy, OnCallRotation
from alerts.services import acknowledge_alert, escalation
from alerts.services.oncall import who_is_on_call
from tests.alerts.escalation.rows import (
    ContactFactory,
    after,
    events,
    firing,
    policy_of,
    rotation_of,
)
from tests.alerts.factories import AlertFactory, AlertRuleFactory

pytestmark = pytest.mark.django_db

ADMIN = "/admin/alerts"


def formset(prefix: str, rows: list[dict[str, Any]], initial: int = 0) -> dict[str, Any]:
    """Return the fields of an inline as a browser sends them."""
    fields: dict[str, Any] = {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1_000,
    }
    for number, row in enumerate(rows):
        fields |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return fields


def policy_form(*steps: dict[str, Any]) -> dict[str, Any]:
    usual = {"wait_seconds": 300, "kind": "channel", "channel": "email", "minimum_severity": ""}
    rows = [{**usual, "position": number, **step} for number, step in enumerate(steps, start=1)]
    fields = {"repeats": 1, "remind_after_seconds": 0, "unacknowledge_after_seconds": 0}
    return {"name": "Pay", "description": "", **fields, **formset("steps", rows)}


def rotation_form(rotation: OnCallRotation | None, *members: dict[str, Any]) -> dict[str, Any]:
    known = rotation.members.count() if rotation else 0
    return {
        "name": "Weekly",
        "time_zone": "Europe/Berlin",
        "handoff_weekday": 0,
        "handoff_time": "09:00",
        "first_week": str(rotation.first_week if rotation else "2025-01-06"),
        **formset("members", list(members), initial=known),
        **formset("overrides", []),
    }


def test_a_policy_is_made_of_steps_and_read_as_sentences(ana: Client) -> None:
    bo = ContactFactory.create(name="Bo")
    body = policy_form({"kind": "contact", "contact": bo.pk}, {"channel": "slack"})

    made = ana.post(f"{ADMIN}/escalationpolicy/add/", body)

    assert made.status_code == 302
    policy = EscalationPolicy.objects.get()
    AlertRuleFactory.create(rule_name="cpu", escalation_policy=policy)
    for path in (f"{ADMIN}/escalationpolicy/", f"{ADMIN}/escalationpolicy/{policy.pk}/change/"):
        page = ana.get(path).content.decode()
        assert "<div>After 5 min, tell Bo by email.</div>" in page
        assert "<div>After 5 min, tell everybody on slack.</div>" in page
        assert "<div>Then over again, once.</div>" in page
        assert "cpu" in page


@pytest.mark.parametrize(
    ("step", "problem"),
    [
        ({"kind": "contact"}, "a step of this kind needs a contact"),
        ({"kind": "rotation"}, "a step of this kind needs a rotation"),
        ({"kind": "contact", "channel": "pagerduty"}, "pagerduty reaches no single person"),
        ({"channel": "pigeon"}, "Select a valid choice"),
    ],
)
def test_a_step_that_tells_nobody_is_refused(
    ana: Client, step: dict[str, Any], problem: str
) -> None:
    if step.get("channel") == "pagerduty":
        step = {**step, "contact": ContactFactory.create().pk}

    answer = ana.post(f"{ADMIN}/escalationpolicy/add/", policy_form(step))

    assert problem in answer.content.decode()
    assert not EscalationPolicy.objects.exists()


def test_the_page_of_a_new_policy_asks_for_steps(ana: Client) -> None:
    page = ana.get(f"{ADMIN}/escalationpolicy/add/").content.decode()

    assert "Add steps below, and save." in page


def test_a_rotation_shows_six_weeks_as_bars_and_as_a_table(ana: Client) -> None:
    people = [ContactFactory.create(name=name) for name in ("Ana", "Bo", "Cy <x>")]
    rotation = rotation_of(*people, time_zone="Europe/Berlin")
    now = timezone.now()
    rotation.overrides.create(
        contact=people[2], starts_at=now + timedelta(days=1), ends_at=now + timedelta(days=2)
    )

    page = ana.get(f"{ADMIN}/oncallrotation/{rotation.pk}/change/").content.decode()

    assert page.count('<svg class="oncall-week"') == 6
    assert page.count("<rect") >= 12
    assert "Cy &lt;x&gt; (stands in)" in page
    assert "From (Europe/Berlin)" in page
    assert "oncall-stand-in" in page
    drawing = page.partition('<div class="oncall">')[2].partition("</table>")[0]
    assert "style=" not in drawing
    handoff = f"Mon {now + timedelta(days=7 - now.weekday()):%Y-%m-%d} 09:00"
    assert handoff in drawing


def test_the_list_of_rotations_says_who_is_on_call(ana: Client) -> None:
    rotation_of(ContactFactory.create(name="Bo"))
    OnCallRotation.objects.create(name="Empty", handoff_time="09:00", first_week="2025-01-06")

    page = ana.get(f"{ADMIN}/oncallrotation/").content.decode()

    assert '<td class="field-on_call_now">Bo</td>' in page
    assert '<td class="field-on_call_now">nobody</td>' in page
    assert "Monday 09:00" in page


def test_who_has_the_turn_keeps_it_when_somebody_is_added(ana: Client) -> None:
    people = [ContactFactory.create() for _ in range(3)]
    rotation = rotation_of(*people, time_zone="Europe/Berlin", name="Weekly")
    before = who_is_on_call(rotation, timezone.now())
    rows = [
        {"id": member.pk, "contact": member.contact_id, "position": number, "rotation": rotation.pk}
        for number, member in enumerate(rotation.members.order_by("position"), start=1)
    ]
    rows.append({"contact": ContactFactory.create().pk, "position": 4, "rotation": rotation.pk})

    answer = ana.post(
        f"{ADMIN}/oncallrotation/{rotation.pk}/change/", rotation_form(rotation, *rows)
    )

    assert answer.status_code == 302
    rotation.refresh_from_db()
    assert rotation.members.count() == 4
    assert who_is_on_call(rotation, timezone.now()) == before


def test_a_rotation_needs_somebody(ana: Client) -> None:
    answer = ana.post(f"{ADMIN}/oncallrotation/add/", rotation_form(None))

    assert answer.status_code == 200
    assert not OnCallRotation.objects.exists()


def test_a_new_rotation_is_made(ana: Client) -> None:
    page = ana.get(f"{ADMIN}/oncallrotation/add/").content.decode()
    assert "Save it to see who is on call when." in page

    row = {"contact": ContactFactory.create().pk, "position": 1}
    answer = ana.post(f"{ADMIN}/oncallrotation/add/", rotation_form(None, row))

    assert answer.status_code == 302
    assert OnCallRotation.objects.get().members.count() == 1


def test_a_contact_needs_an_address(ana: Client) -> None:
    body = {"name": "Bo", "email": "", "phone": "", "slack_id": "", "subject": ""}

    page = ana.post(f"{ADMIN}/contact/add/", body).content.decode()
    assert "give at least one of email, phone and Slack id" in page
    ana.post(f"{ADMIN}/contact/add/", {**body, "slack_id": "U1"})

    assert Contact.objects.get().slack_id == "U1"


@pytest.mark.usefixtures("channels")
def test_one_alert_shows_its_chain_its_next_step_and_its_timeline(ana: Client) -> None:
    alert = firing(policy_of({}, {"channel": "slack"}))
    escalation.sweep(after(5, seconds=3))

    page = ana.get(f"{ADMIN}/alert/{alert.pk}/change/").content.decode()

    assert "<div>taken: After 5 min, tell everybody on email.</div>" in page
    assert "<div>After 5 min, tell everybody on slack.</div>" in page
    assert "<div>Then the chain ends.</div>" in page
    assert "2025-01-12 12:10:00 UTC: After 5 min, tell everybody on slack." in page
    assert "3 s" in page
    assert "lateness_seconds: 3.0" in page


def test_an_alert_without_a_chain_says_so(ana: Client) -> None:
    page = ana.get(f"{ADMIN}/alert/{AlertFactory.create().pk}/change/").content.decode()

    assert "none: the rule has no policy" in page
    assert "no step taken" in page


@pytest.mark.usefixtures("channels")
def test_selected_alerts_are_given_back(ana: Client) -> None:
    alert, other = firing(policy_of({})), AlertFactory.create(title="Nobody has it")
    acknowledge_alert(alert.pk, by="bo", at=after(1))
    body = {"action": "unacknowledge", "_selected_action": [alert.pk, other.pk]}

    page = ana.post(f"{ADMIN}/alert/", body, follow=True).content.decode()

    assert "Given back: 1." in page
    assert not Alert.objects.get(pk=alert.pk).acknowledged
    assert events(alert)[-1] == ("unacknowledged", "ana", "admin")


def test_silencing_leads_to_the_page_of_a_new_silence(ana: Client) -> None:
    alert = AlertFactory.create()
    body = {"action": "silence", "_selected_action": [alert.pk]}

    answer = ana.post(f"{ADMIN}/alert/", body)

    assert answer.status_code == 302
    assert answer["Location"] == f"{ADMIN}/silence/add/?alert={alert.pk}"
