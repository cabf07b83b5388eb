"""Alerts of one group are one message: waiting for each other, claimed, sent and settled together."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from alerts.channels.base import DeliveryError
from alerts.delivery import bundle, deliver
from alerts.delivery.claim import take
from alerts.models import Alert, Notification
from alerts.models.alert import Source
from alerts.models.notification import Kind, Status
from alerts.outbox import Recipient, owe, owe_all, owe_to
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import make_due
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory

pytestmark = pytest.mark.django_db

WAIT = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _grouping(settings: Settings, email: FakeChannel) -> None:
    settings.ALERT_GROUP_WAIT = WAIT
    email.bundles = True


def fire(number: int = 1, **fields: Any) -> list[Notification]:
    """Alerts of one rule fire at once; return what they owe by e-mail."""
    fields.setdefault("rule", AlertRuleFactory.create())
    alerts = [AlertFactory.create(transition_seq=1, **fields) for _ in range(number)]
    return owe_all([(alert, ["email"]) for alert in alerts], kind=Kind.FIRING, at=NOON)


def statuses() -> list[str]:
    return list(Notification.objects.order_by("pk").values_list("status", flat=True))


def test_the_first_of_a_group_waits_and_later_ones_join_it() -> None:
    rule = AlertRuleFactory.create()
    (first,) = fire(rule=rule)
    Notification.objects.update(due_at=Now() + timedelta(seconds=11))
    (second,) = fire(rule=rule)

    first.refresh_from_db()
    assert timedelta(seconds=29) < second.created_at - first.created_at + WAIT
    assert (second.group_key, second.due_at) == (first.group_key, first.due_at)
    assert len(first.group_key) == 64


def test_the_group_is_told_after_its_wait_by_the_clock_of_the_database() -> None:
    (row,) = fire()

    assert timedelta(seconds=29.9) < row.due_at - row.created_at <= timedelta(seconds=30.1)


@pytest.mark.parametrize(
    "earlier",
    [{"due_at": Now() + timedelta(minutes=9)}, {"attempts": 1}],
    ids=["cooldown", "retry"],
)
def test_nobody_joins_what_waits_for_another_reason(earlier: dict[str, Any]) -> None:
    rule = AlertRuleFactory.create()
    fire(rule=rule)
    Notification.objects.update(**{"due_at": Now() + timedelta(seconds=3), **earlier})

    (second,) = fire(rule=rule)

    assert second.due_at - second.created_at > timedelta(seconds=29)


@pytest.mark.parametrize("source", [Source.FINDING, Source.META, Source.CANARY])
def test_findings_wait_for_nobody(source: Source) -> None:
    (row,) = fire(source=source)

    assert (row.group_key, row.due_at) == ("", row.created_at)


def test_a_channel_that_does_not_bundle_waits_for_nobody(email: FakeChannel) -> None:
    email.bundles = False

    (row,) = fire()

    assert (row.group_key, row.due_at) == ("", row.created_at)


def test_a_step_of_a_chain_has_waited_for_long_enough() -> None:
    alert = AlertFactory.create(transition_seq=1)

    (row,) = owe_to(alert, kind=Kind.ESCALATION, step=1, to=[Recipient("email", "ana")], at=NOON)

    assert (len(row.group_key), row.due_at) == (64, row.created_at)


def test_one_message_speaks_for_the_group_and_all_are_settled(email: FakeChannel) -> None:
    first, second, third = fire(3)
    make_due()

    assert deliver(second.pk, at=NOON) == Status.SENT

    (message,) = email.sent
    assert message.notification_id == second.pk
    assert {each["alert_id"] for each in message.members} == {
        str(first.alert_id),
        str(third.alert_id),
    }
    assert statuses() == ["sent"] * 3
    carried = dict(Notification.objects.values_list("pk", "carried_by"))
    assert carried == {first.pk: second.pk, second.pk: None, third.pk: second.pk}
    assert [row.tries.count() for row in Notification.objects.all()] == [1, 1, 1]
    assert deliver(first.pk, at=NOON) is None


def test_those_not_due_yet_come_along(email: FakeChannel) -> None:
    first, _ = fire(2)
    Notification.objects.filter(pk=first.pk).update(due_at=Now())

    deliver(first.pk, at=NOON)

    assert statuses() == ["sent", "sent"]


def test_what_is_put_off_by_a_cooldown_does_not_come_along(email: FakeChannel) -> None:
    first, second = fire(2)
    Alert.objects.filter(pk=second.alert_id).update(notify_at=Now() + timedelta(minutes=5))
    make_due()

    deliver(first.pk, at=NOON)

    assert statuses() == ["sent", "pending"]


@pytest.mark.parametrize(
    "other",
    [{"group_key": "b"}, {"recipient": "bo"}, {"channel": "webhook"}, {"kind": Kind.ESCALATION}],
    ids=str,
)
def test_other_groups_recipients_channels_and_kinds_do_not_come_along(
    email: FakeChannel, webhook: FakeChannel, other: dict[str, str]
) -> None:
    first, second = fire(2)
    Notification.objects.filter(pk=second.pk).update(**other)
    make_due()

    deliver(first.pk, at=NOON)

    assert statuses() == ["sent", "pending"]


def test_a_message_that_waits_its_turn_does_not_come_along(email: FakeChannel) -> None:
    first, second = fire(2)
    Notification.objects.filter(pk=second.pk).update(transition_seq=2)
    owe(second.alert, kind=Kind.ESCALATION, channels=["email"], at=NOON)
    make_due()

    deliver(first.pk, at=NOON)

    assert statuses() == ["sent", "pending", "pending"]


def test_one_message_speaks_for_no_more_than_a_hundred(
    email: FakeChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bundle.MOST_IN_ONE == 100
    monkeypatch.setattr(bundle, "MOST_IN_ONE", 3)
    first, *_ = fire(5)
    make_due()

    deliver(first.pk, at=NOON)

    assert sorted(statuses()) == ["pending"] * 2 + ["sent"] * 3


def test_a_repeat_of_a_sender_that_died_takes_in_nothing_new(email: FakeChannel) -> None:
    rule = AlertRuleFactory.create()
    first, second = fire(2, rule=rule)
    make_due()
    assert take(first.pk) is not None
    (third,) = fire(rule=rule)
    make_due()

    assert deliver(first.pk, at=NOON) == Status.SENT

    (message,) = email.sent
    assert [each["alert_id"] for each in message.members] == [str(second.alert_id)]
    assert deliver(third.pk, at=NOON) == Status.SENT


def test_what_another_sender_has_by_now_does_not_come_along(email: FakeChannel) -> None:
    first, second = fire(2)
    make_due()
    assert take(first.pk) is not None
    make_due()
    Notification.objects.filter(pk=second.pk).update(due_at=Now() + timedelta(seconds=20))

    assert deliver(first.pk, at=NOON) == Status.SENT

    assert statuses() == ["sent", "leased"]
    assert email.sent[0].members == ()


def test_what_was_one_message_is_one_on_the_channel_that_is_told_instead(
    email: FakeChannel, webhook: FakeChannel
) -> None:
    webhook.bundles = True
    first, _ = fire(2)
    email.plan.append(DeliveryError("550", permanent=True))
    make_due()
    assert deliver(first.pk, at=NOON) == Status.FAILED
    make_due()

    for row in Notification.objects.filter(channel="webhook", alert__source=Source.RULE):
        deliver(row.pk, at=NOON)

    bundles = [message for message in webhook.sent if message.content.instead_of]
    assert [len(message.members) for message in bundles] == [1]
