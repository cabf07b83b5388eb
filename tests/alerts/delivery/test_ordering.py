"""A firing and its end: in that order, both or neither."""

import pytest

from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery import deliver
from alerts.messages import Message
from alerts.models import Alert, Notification
from alerts.models.notification import Kind, Status
from alerts.outbox import OVERTAKEN, UNHEARD
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import fire, ledger, make_due, resolve
from tests.alerts.factories import NOON

pytestmark = pytest.mark.django_db


def test_a_firing_whose_alert_was_resolved_without_a_word_is_not_sent(email: FakeChannel) -> None:
    row = fire()
    Alert.objects.update(state=Alert.State.RESOLVED, resolved_at=NOON)

    assert deliver(row.pk, at=NOON) == Status.SUPERSEDED

    row.refresh_from_db()
    assert (row.reason, ledger(row), email.sent) == (OVERTAKEN, [], [])


def test_a_firing_in_doubt_is_sent_again_although_it_is_over(email: FakeChannel) -> None:
    row = fire()
    Notification.objects.update(in_doubt=True)
    Alert.objects.update(state=Alert.State.RESOLVED, resolved_at=NOON)

    assert deliver(row.pk, at=NOON) == Status.SENT


def test_a_resolution_waits_for_its_firing(email: FakeChannel) -> None:
    row = fire()
    email.plan.append(DeliveryError("no answer", in_doubt=True))
    deliver(row.pk, at=NOON)
    (resolution,) = resolve(row.alert)

    assert deliver(resolution.pk, at=NOON) is None
    make_due()
    assert deliver(resolution.pk, at=NOON) is None
    assert deliver(row.pk, at=NOON) == Status.SENT
    assert deliver(resolution.pk, at=NOON) == Status.SENT

    assert [message.kind for message in email.sent] == ["firing", "firing", "resolved"]


def test_another_recipient_does_not_wait(email: FakeChannel) -> None:
    email.addresses = ["ana@example.org", "bo@example.org"]
    row = fire()
    email.plan.append(DeliveryError("450 ana is busy", in_doubt=True))
    deliver(row.pk, at=NOON)
    bo = Notification.objects.get(recipient="bo@example.org")
    deliver(bo.pk, at=NOON)
    resolve(row.alert)

    resolution = Notification.objects.get(recipient="bo@example.org", kind=Kind.RESOLVED)

    assert deliver(resolution.pk, at=NOON) == Status.SENT


def test_a_resolution_is_dropped_if_its_firing_came_to_nothing_after_all(
    email: FakeChannel,
) -> None:
    row = fire()
    waiting: list[Notification] = []

    def resolved_meanwhile(message: Message) -> Receipt:
        waiting.extend(resolve(row.alert))
        raise DeliveryError("550 no such user", permanent=True)

    email.plan.append(resolved_meanwhile)
    assert deliver(row.pk, at=NOON) == Status.FAILED
    (resolution,) = waiting

    assert deliver(resolution.pk, at=NOON) == Status.SUPERSEDED

    resolution.refresh_from_db()
    assert (resolution.reason, len(email.sent)) == (UNHEARD, 1)


def test_a_resolution_is_sent_where_a_firing_that_failed_may_have_arrived(
    email: FakeChannel,
) -> None:
    row = fire()
    email.plan.append(DeliveryError("timeout", in_doubt=True))
    deliver(row.pk, at=NOON)
    (resolution,) = resolve(row.alert)
    email.plan.append(DeliveryError("550", permanent=True))
    make_due()
    assert deliver(row.pk, at=NOON) == Status.FAILED

    assert deliver(resolution.pk, at=NOON) == Status.SENT


def test_a_firing_that_fails_for_now_while_it_is_resolved_is_not_tried_again(
    email: FakeChannel,
) -> None:
    row = fire()

    def resolved_meanwhile(message: Message) -> Receipt:
        resolve(row.alert)
        raise DeliveryError("450 busy")

    email.plan.append(resolved_meanwhile)
    deliver(row.pk, at=NOON)
    make_due()

    assert deliver(row.pk, at=NOON) == Status.SUPERSEDED
    resolution = Notification.objects.get(kind=Kind.RESOLVED)
    assert deliver(resolution.pk, at=NOON) == Status.SUPERSEDED
