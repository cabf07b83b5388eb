"""What becomes of a bundle: all of it is settled, repeated and fenced together."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery import deliver, due_ids
from alerts.messages import Message
from alerts.models import Alert, Notification
from alerts.models.notification import Kind, Status
from alerts.outbox import owe, owe_all
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import age, make_due
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


def test_a_failure_puts_all_of_them_off_and_only_the_same_message_is_tried_again(
    email: FakeChannel,
) -> None:
    first, second = fire(2)
    email.plan.append(DeliveryError("450 busy"))
    make_due()

    assert deliver(second.pk, at=NOON) == Status.PENDING
    make_due()

    assert deliver(first.pk, at=NOON) is None
    assert deliver(second.pk, at=NOON) == Status.SENT
    assert statuses() == ["sent", "sent"]
    assert [message.dedup_key for message in email.sent] == [second.dedup_key] * 2


def test_a_repeat_of_what_may_have_arrived_takes_in_nothing_new(email: FakeChannel) -> None:
    rule = AlertRuleFactory.create()
    first, _ = fire(2, rule=rule)
    email.plan.append(DeliveryError("no answer", in_doubt=True))
    make_due()
    deliver(first.pk, at=NOON)
    (third,) = fire(rule=rule)
    make_due()

    deliver(first.pk, at=NOON)

    assert len(email.sent[0].members) == len(email.sent[1].members) == 1
    assert statuses() == ["sent", "sent", "pending"]
    assert deliver(third.pk, at=NOON) == Status.SENT


def test_a_repeat_of_what_certainly_did_not_arrive_takes_newcomers_along(
    email: FakeChannel,
) -> None:
    rule = AlertRuleFactory.create()
    (first,) = fire(rule=rule)
    email.plan.append(DeliveryError("450 busy"))
    make_due()
    deliver(first.pk, at=NOON)
    fire(rule=rule)
    make_due()

    deliver(first.pk, at=NOON)

    assert statuses() == ["sent", "sent"]


@pytest.mark.parametrize(
    "state",
    [{"in_doubt": True}, {"status": Status.LEASED, "lease_token": "1" * 32}],
    ids=["no answer", "its sender died"],
)
def test_what_may_have_arrived_joins_no_other_message(
    email: FakeChannel, state: dict[str, Any]
) -> None:
    first, second = fire(2)
    Notification.objects.filter(pk=second.pk).update(**state)
    make_due()

    assert deliver(first.pk, at=NOON) == Status.SENT
    assert deliver(second.pk, at=NOON) == Status.SENT

    assert [message.members for message in email.sent] == [(), ()]
    assert [message.dedup_key for message in email.sent] == [first.dedup_key, second.dedup_key]


def test_what_one_message_speaks_for_joins_no_other_while_that_is_owed(email: FakeChannel) -> None:
    rule = AlertRuleFactory.create()
    first, second = fire(2, rule=rule)
    email.plan.append(DeliveryError("450 busy"))
    make_due()
    deliver(first.pk, at=NOON)
    (third,) = fire(rule=rule)
    make_due()

    assert deliver(third.pk, at=NOON) == Status.SENT

    assert statuses() == ["sent", "pending", "sent"]
    assert deliver(second.pk, at=NOON) == Status.SENT
    assert [len(message.members) for message in email.sent] == [1, 1, 0]


def test_what_a_message_spoke_for_that_was_given_up_joins_another(email: FakeChannel) -> None:
    rule = AlertRuleFactory.create()
    first, _ = fire(2, rule=rule)
    email.plan.append(DeliveryError("450 busy"))
    make_due()
    deliver(first.pk, at=NOON)
    Notification.objects.filter(pk=first.pk).update(status=Status.DEAD, settled_at=Now())
    (third,) = fire(rule=rule)
    make_due()

    assert deliver(third.pk, at=NOON) == Status.SENT

    assert statuses() == ["dead", "sent", "sent"]
    assert len(email.sent[1].members) == 1


def test_what_is_over_by_then_is_left_out_and_another_one_leads(email: FakeChannel) -> None:
    first, second, third = fire(3)
    Alert.objects.filter(pk=first.alert_id).update(state="resolved", resolved_at=NOON)
    make_due()

    assert deliver(first.pk, at=NOON) == Status.SENT

    (message,) = email.sent
    assert (message.notification_id, len(message.members)) == (second.pk, 1)
    assert statuses() == ["superseded", "sent", "sent"]
    third.refresh_from_db()
    assert third.carried_by_id == second.pk


def test_one_that_joined_late_is_not_given_up_with_the_first_but_sent_later(
    email: FakeChannel,
) -> None:
    rule = AlertRuleFactory.create()
    (first,) = fire(rule=rule)
    email.plan += [DeliveryError("down")] * 2
    make_due()
    deliver(first.pk, at=NOON)
    age(timedelta(days=2))
    (second,) = fire(rule=rule)
    make_due()

    assert deliver(first.pk, at=NOON) == Status.DEAD

    assert statuses() == ["dead", "pending"]
    second.refresh_from_db()
    assert second.carried_by_id == first.pk
    make_due()
    assert due_ids(limit=9) == [second.pk]
    assert deliver(second.pk, at=NOON) == Status.SENT


def test_a_late_sender_of_a_bundle_changes_none_of_it(email: FakeChannel) -> None:
    first, second = fire(2)

    def overtaken(message: Message) -> Receipt:
        make_due()
        assert deliver(first.pk, at=NOON) == Status.SENT
        return Receipt("<late>", "250 late")

    email.plan += [overtaken, Receipt("<second>", "250 second")]
    make_due()

    assert deliver(first.pk, at=NOON) is None

    assert set(Notification.objects.values_list("status", "provider_ref")) == {("sent", "<second>")}
    for row in (first, second):
        assert [each.outcome for each in row.tries.order_by("pk")] == ["sent", "fenced"]
    assert email.sent[0].dedup_key == email.sent[1].dedup_key


def test_of_a_bundle_that_was_partly_taken_over_the_rest_keeps_its_result(
    email: FakeChannel,
) -> None:
    first, second = fire(2)

    def half_gone(message: Message) -> Receipt:
        Notification.objects.filter(pk=second.pk).update(lease_token="1" * 32)
        return Receipt("<ref>", "250")

    email.plan.append(half_gone)
    make_due()

    assert deliver(first.pk, at=NOON) == Status.SENT

    assert statuses() == ["sent", "leased"]
    assert [each.outcome for each in second.tries.all()] == ["fenced"]


def test_a_message_that_was_edited_in_place_spoke_for_one_alert_alone(email: FakeChannel) -> None:
    email.follows = True
    rule = AlertRuleFactory.create()
    fire(2, rule=rule)
    make_due()
    for row in Notification.objects.all():
        deliver(row.pk, at=NOON)
    (alone,) = fire()
    make_due()
    deliver(alone.pk, at=NOON)

    for alert in Alert.objects.all():
        alert.state, alert.resolved_at, alert.transition_seq = "resolved", NOON, 2
        alert.save()
        owe(alert, kind=Kind.RESOLVED, channels=["email"], at=NOON)
    Notification.objects.filter(kind=Kind.RESOLVED).update(group_key="")
    make_due()
    for row in Notification.objects.filter(kind=Kind.RESOLVED).order_by("pk"):
        deliver(row.pk, at=NOON)

    ends = {m.alert_id: m.first_reference for m in email.sent if m.kind == Kind.RESOLVED}
    assert sorted(ends.values()) == ["", "", "<ref>"]
    assert ends[alone.alert_id] == "<ref>"
