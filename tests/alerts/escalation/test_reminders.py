"""Who has an alert is reminded of it, and loses it after a time."""

from typing import Any

import pytest

from alerts.models import Alert
from alerts.services import acknowledge_alert, escalation, resolve_alert
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.escalation.rows import (
    ContactFactory,
    after,
    detail_of,
    events,
    firing,
    policy_of,
    told,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("channels")]


def taken(by: str = "ana", actor: str = "", **fields: Any) -> Alert:
    """Return an alert that somebody took a minute after noon."""
    channels = fields.pop("notification_channels", ["email"])
    alert = firing(policy_of({}, **fields), notification_channels=channels)
    return acknowledge_alert(alert.pk, by=by, actor=actor, at=after(1))


def test_who_has_it_is_reminded_again_and_again() -> None:
    ana = ContactFactory.create(subject="ana")
    alert = taken(remind_after_seconds=600)

    sweeps = [len(escalation.sweep(after(minute))) for minute in (10, 11, 12, 21, 31)]

    assert sweeps == [0, 1, 0, 1, 1]
    assert told() == [("reminder", number, "email", ana.email) for number in (1, 2, 3)]
    assert [kind for kind, _, _ in events(alert)] == ["acknowledged", *["reminded"] * 3]
    assert detail_of(alert, "reminded") == {
        "number": 3,
        "who": ana.name,
        "channels": ["email"],
        "note": "",
    }


def test_reminders_that_an_outage_swallowed_are_not_made_up_for() -> None:
    alert = taken(remind_after_seconds=600)

    escalation.sweep(after(65))

    alert.refresh_from_db()
    assert (len(told()), alert.remind_at) == (1, after(71))


def test_the_person_is_known_by_the_actor_too() -> None:
    ana = ContactFactory.create(subject="login-7", slack_id="U1")
    taken(by="Somebody", actor="login-7", remind_after_seconds=600)

    escalation.sweep(after(11))

    assert told() == [("reminder", 1, "slack", "U1")]
    assert ana.slack_id == "U1"


def test_for_who_is_no_contact_the_channels_of_the_alert_are_reminded(
    channels: dict[str, FakeChannel],
) -> None:
    channels["sms"].lacks = ["TOKEN"]
    alert = taken(remind_after_seconds=600, notification_channels=["sms", "slack", "email"])

    escalation.sweep(after(11))

    assert [channel for _, _, channel, _ in told()] == ["slack", "email"]
    assert detail_of(alert, "reminded")["note"] == "no address of ana is known"
    assert detail_of(alert, "reminded")["who"] == "ana"


def test_for_who_cannot_be_reached_the_channels_of_the_alert_are_reminded(
    channels: dict[str, FakeChannel],
) -> None:
    ContactFactory.create(subject="ana", email="", phone="+4915112345678")
    channels["sms"].lacks = ["TOKEN"]
    taken(remind_after_seconds=600)

    escalation.sweep(after(11))

    assert told() == [("reminder", 1, "email", "ops@example.org")]


def test_an_acknowledgement_ends_by_itself_and_the_chain_goes_on() -> None:
    alert = taken(unacknowledge_after_seconds=1_800)

    assert escalation.sweep(after(30)) == []
    escalation.sweep(after(31))
    alert.refresh_from_db()
    assert (alert.acknowledged, alert.next_step_at, alert.remind_at) == (False, after(31), None)
    assert events(alert)[-1] == ("unacknowledged", "", "")
    assert detail_of(alert, "unacknowledged") == {"by": "ana", "since": after(1).isoformat()}
    escalation.sweep(after(31, seconds=5))

    assert told() == [("escalation", 1, "email", "ops@example.org")]


def test_reminders_come_until_the_acknowledgement_ends() -> None:
    alert = taken(remind_after_seconds=600, unacknowledge_after_seconds=1_500)

    for minute in range(2, 40):
        escalation.sweep(after(minute))

    assert [kind for kind, _, _ in events(alert)] == [
        "acknowledged",
        "reminded",
        "reminded",
        "unacknowledged",
        "escalated",
        "exhausted",
    ]


def test_each_taking_has_reminders_of_its_own() -> None:
    alert = taken(remind_after_seconds=600, unacknowledge_after_seconds=900)
    for minute in (11, 16, 17):
        escalation.sweep(after(minute))
    acknowledge_alert(alert.pk, by="bo", at=after(18))

    escalation.sweep(after(28))

    assert [(kind, step) for kind, step, _, _ in told()] == [
        ("reminder", 1),
        ("escalation", 1),
        ("reminder", 2),
    ]


def test_what_is_over_reminds_nobody() -> None:
    alert = taken(remind_after_seconds=600)
    resolve_alert(alert.pk, by="ana", at=after(5))

    assert escalation.sweep(after(60)) == []
    assert [kind for kind, *_ in told() if kind == "reminder"] == []
