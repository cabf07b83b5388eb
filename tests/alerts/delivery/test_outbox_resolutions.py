"""Who is told that an alert is over: whoever was told, or may have been, that it fires."""

from typing import Any

import pytest

from alerts.models import Notification
from alerts.models.notification import OPEN, Status
from alerts.outbox import OVERTAKEN, UNHEARD
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
