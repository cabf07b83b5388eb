"""A sender that is killed, at every point where that can happen; nothing is lost."""

from unittest import mock

import pytest
from django.db import transaction

from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery import claim, deliver, due_ids, failure, send
from alerts.models import Notification, NotificationAttempt
from alerts.models.notification import Kind, Status
from alerts.outbox import owe
from tests.alerts.delivery.fakes import FakeChannel, PowerCut
from tests.alerts.delivery.owing import make_due, state
from tests.alerts.factories import NOON, AlertFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_killed_before_the_transition_commits_nothing_is_owed(email: FakeChannel) -> None:
    alert = AlertFactory.create(transition_seq=1)

    def killed_before_commit() -> None:
        with transaction.atomic():
            owe(alert, kind=Kind.FIRING, channels=["email"], at=NOON)
            raise PowerCut

    with pytest.raises(PowerCut):
        killed_before_commit()

    assert not Notification.objects.exists()


def test_killed_before_anyone_was_called_the_message_is_due(row: Notification) -> None:
    assert due_ids(limit=10) == [row.pk]


def test_killed_inside_the_claim_the_message_is_still_pending(row: Notification) -> None:
    with mock.patch.object(claim, "uuid4", side_effect=PowerCut), pytest.raises(PowerCut):
        deliver(row.pk, at=NOON)

    assert state(row) == ("pending", 0, False)


def test_killed_between_claim_and_send_the_message_is_sent_after_its_lease(
    row: Notification, email: FakeChannel
) -> None:
    with mock.patch.object(send, "reasons_to_hold", side_effect=PowerCut), pytest.raises(PowerCut):
        deliver(row.pk, at=NOON)
    assert state(row) == ("leased", 1, False)
    assert deliver(row.pk, at=NOON) is None
    assert due_ids(limit=10) == []

    make_due()

    assert deliver(row.pk, at=NOON) == Status.SENT
    assert (state(row), len(email.sent)) == (("sent", 2, True), 1)


def test_killed_while_sending_the_message_is_sent_again_with_the_same_key(
    row: Notification, email: FakeChannel
) -> None:
    email.plan.append(PowerCut())
    with pytest.raises(PowerCut):
        deliver(row.pk, at=NOON)

    make_due()
    deliver(row.pk, at=NOON)

    assert state(row) == ("sent", 2, True)
    assert [message.dedup_key for message in email.sent] == [row.dedup_key] * 2
    assert [each.outcome for each in row.tries.all()] == ["sent"]


def test_killed_after_the_other_side_took_it_the_repeat_is_marked_as_one(
    row: Notification, email: FakeChannel
) -> None:
    with mock.patch.object(send, "settle_sent", side_effect=PowerCut), pytest.raises(PowerCut):
        deliver(row.pk, at=NOON)
    assert (state(row)[0], len(email.sent)) == ("leased", 1)

    make_due()
    deliver(row.pk, at=NOON)

    assert (state(row), len(email.sent)) == (("sent", 2, True), 2)


@pytest.mark.parametrize("answer", [Receipt("", ""), DeliveryError("450")])
def test_killed_while_settling_neither_row_nor_ledger_is_half_written(
    row: Notification, email: FakeChannel, answer: Receipt | DeliveryError
) -> None:
    email.plan.append(answer)

    with (
        mock.patch.object(NotificationAttempt.objects, "bulk_create", side_effect=PowerCut),
        pytest.raises(PowerCut),
    ):
        deliver(row.pk, at=NOON)

    assert state(row) == ("leased", 1, False)
    assert not NotificationAttempt.objects.exists()
    make_due()
    assert deliver(row.pk, at=NOON) == Status.SENT


def test_killed_while_falling_back_neither_the_refusal_nor_the_other_message_is_written(
    row: Notification, email: FakeChannel, webhook: FakeChannel
) -> None:
    email.plan.append(DeliveryError("550", permanent=True))

    with mock.patch.object(failure, "_tell_another", side_effect=PowerCut), pytest.raises(PowerCut):
        deliver(row.pk, at=NOON)

    assert state(row)[0] == "leased"
    assert Notification.objects.count() == 1
