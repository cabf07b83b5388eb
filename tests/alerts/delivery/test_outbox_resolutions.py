"""Who is told that an alert is over: whoever was told, or may have been, that it fires."""

from typing import Any

import pytest

from alerts.channels import registry
from alerts.channels.base import DeliveryError
from alerts.delivery import deliver
from alerts.models import Notification
from alerts.models.notification import OPEN, Kind, Status
from alerts.outbox import OVERTAKEN, UNHEARD, Recipient, owe_acknowledged, owe_to
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import owe_firing, owe_resolution, rows
from tests.alerts.factories import NOON, AlertFactory

pytestmark = pytest.mark.django_db


def test_a_firing_that_was_heard_is_followed_by_its_resolution(email: FakeChannel) -> None:
    alert = AlertFactory.create()
    owe_firing(alert)
    Notification.objects.update(status=Status.SENT, sent_at=NOON, settled_at=NOON)

    owed = owe_resolution(alert)

    assert [row[0:4:3] for row in rows()] == [("firing", "sent"), ("resolved", "pending")]
    assert [row.kind for row in owed] == ["resolved"]


def test_a_firing_that_nobody_tried_to_send_and_its_resolution_are_both_superseded(
    email: FakeChannel,
) -> None:
    alert = AlertFactory.create()
    owe_firing(alert)

    owed = owe_resolution(alert)

    assert owed == []
    assert [(row[0], row[3], row[4]) for row in rows()] == [
        ("firing", "superseded", OVERTAKEN),
        ("resolved", "superseded", UNHEARD),
    ]


@pytest.mark.parametrize(
    ("state", "resolution"),
    [
        ({"status": Status.LEASED, "lease_token": "0" * 32}, Status.PENDING),
        ({"status": Status.PENDING, "in_doubt": True}, Status.PENDING),
        ({"status": Status.FAILED, "in_doubt": True}, Status.PENDING),
        ({"status": Status.DEAD, "in_doubt": True}, Status.PENDING),
        ({"status": Status.FAILED}, Status.SUPERSEDED),
        ({"status": Status.DEAD}, Status.SUPERSEDED),
        ({"status": Status.SUPPRESSED}, Status.SUPERSEDED),
        ({"status": Status.SUPERSEDED}, Status.SUPERSEDED),
    ],
)
def test_a_resolution_is_owed_where_the_firing_may_have_been_heard(
    email: FakeChannel, state: dict[str, Any], resolution: Status
) -> None:
    alert = AlertFactory.create()
    owe_firing(alert)
    settled_at = None if state["status"] in OPEN else NOON
    Notification.objects.update(settled_at=settled_at, **state)

    owe_resolution(alert)

    firing, resolved = Notification.objects.order_by("pk")
    assert firing.status == state["status"]
    assert resolved.status == resolution


def test_those_who_heard_the_firing_hear_the_end_whatever_the_rule_says_by_now(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    alert = AlertFactory.create()
    owe_firing(alert, "email")
    Notification.objects.update(status=Status.SENT, sent_at=NOON, settled_at=NOON)
    email.addresses = ["new@example.org"]

    owe_resolution(alert, "email", "webhook")

    assert [row[1:4] for row in rows()[1:]] == [
        ("email", "ops@example.org", "pending"),
        ("email", "new@example.org", "superseded"),
        ("webhook", "https://hooks.example.org/", "superseded"),
    ]


def test_alerts_do_not_take_back_each_others_messages(email: FakeChannel) -> None:
    one, other = AlertFactory.create(), AlertFactory.create()
    owe_firing(one)
    owe_firing(other)

    owe_resolution(one)

    assert Notification.objects.get(alert=other).status == Status.PENDING


def test_that_somebody_has_the_alert_is_no_news_once_it_is_over(email: FakeChannel) -> None:
    email.follows = True
    alert = AlertFactory.create()
    owe_firing(alert)
    Notification.objects.update(status=Status.SENT, sent_at=NOON, settled_at=NOON)
    owe_acknowledged(alert, at=NOON)

    owe_resolution(alert)

    assert [(row[0], row[3], row[4]) for row in rows()] == [
        ("firing", "sent", ""),
        ("acknowledged", "superseded", OVERTAKEN),
        ("resolved", "pending", ""),
    ]


def test_that_somebody_has_the_alert_is_not_told_to_who_never_heard_of_it(
    email: FakeChannel,
) -> None:
    email.follows = True
    alert = AlertFactory.create(transition_seq=1)
    (firing,) = owe_firing(alert)
    (taken,) = owe_acknowledged(alert, at=NOON)
    email.plan.append(DeliveryError("550", permanent=True))

    assert deliver(firing.pk, at=NOON) == Status.FAILED
    assert deliver(taken.pk, at=NOON) == Status.SUPERSEDED

    taken.refresh_from_db()
    assert (taken.reason, len(email.sent)) == (UNHEARD, 1)


def test_what_nobody_reads_stands_in_for_no_channel(
    email: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    email.lacks = ["EMAIL_HOST"]
    for name in ("stream", "canary", "webhook"):
        monkeypatch.setitem(registry.CHANNELS, name, FakeChannel(name))

    owe_firing(AlertFactory.create())

    assert [(row[1], row[3]) for row in rows()] == [
        ("email", "suppressed"),
        ("webhook", "pending"),
    ]


def test_nothing_stands_in_for_a_channel_beside_which_another_one_works(
    email: FakeChannel, webhook: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook.lacks = ["WEBHOOK_URLS"]
    monkeypatch.setitem(registry.CHANNELS, "sms", FakeChannel("sms"))

    owe_firing(AlertFactory.create(), "email", "webhook")

    assert [(row[1], row[3]) for row in rows()] == [
        ("email", "pending"),
        ("webhook", "suppressed"),
    ]


@pytest.mark.parametrize("kind", [Kind.ESCALATION, Kind.REMINDER])
def test_who_heard_of_it_by_a_step_or_a_reminder_hears_of_its_end(
    email: FakeChannel, kind: Kind
) -> None:
    alert = AlertFactory.create(transition_seq=1)
    owe_to(alert, kind=kind, step=1, to=[Recipient("email", "ana")], at=NOON)
    Notification.objects.update(status=Status.SENT, sent_at=NOON, settled_at=NOON)

    (owed,) = owe_resolution(alert)

    assert owed.recipient == "ana"
