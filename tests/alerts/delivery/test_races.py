"""Two at once: workers with one message, a sender and the end of its alert."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery import deliver, ids_to_ring
from alerts.messages import Message
from alerts.models import Alert, Notification
from alerts.models.notification import Kind, Status
from alerts.outbox import owe, owe_all
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import make_due, messages, state
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory
from tests.alerts.lock_waits import somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_workers_with_the_same_message_one_sends_it(
    row: Notification, email: FakeChannel
) -> None:
    gate = threading.Barrier(4)
    results: list[Status | None] = []

    def work() -> None:
        gate.wait()
        try:
            results.append(deliver(row.pk, at=NOON))
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(results, key=str) == [None, None, None, Status.SENT]
    assert (len(email.sent), state(row)) == (1, ("sent", 1, False))


def test_workers_that_are_called_to_all_of_a_group_at_once_send_one_message(
    settings: Settings, email: FakeChannel
) -> None:
    settings.ALERT_GROUP_WAIT, email.bundles = timedelta(seconds=30), True
    rule = AlertRuleFactory.create()
    alerts = [AlertFactory.create(rule=rule, transition_seq=1) for _ in range(5)]
    rows = owe_all([(alert, ["email"]) for alert in alerts], kind=Kind.FIRING, at=NOON)
    make_due()
    gate = threading.Barrier(len(rows))

    def work(row: Notification) -> None:
        gate.wait()
        try:
            deliver(row.pk, at=NOON)
        finally:
            connection.close()

    workers = [threading.Thread(target=work, args=(row,)) for row in rows]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [len(message.contents) for message in email.sent] == [5]
    assert set(messages().values_list("status", flat=True)) == {Status.SENT}


def test_a_refusal_that_races_with_the_end_of_its_alert_is_told_to_nobody_else(
    row: Notification, email: FakeChannel, webhook: FakeChannel
) -> None:
    """The refusal waits for the transition, and then sees that the alert is over."""
    sending, go_on = threading.Event(), threading.Event()

    def refuse(message: Message) -> Receipt:
        sending.set()
        assert go_on.wait(10)
        raise DeliveryError("550", permanent=True)

    email.plan.append(refuse)

    def send_it() -> None:
        try:
            deliver(row.pk, at=NOON)
        finally:
            connection.close()

    sender = threading.Thread(target=send_it)
    sender.start()
    assert sending.wait(10)
    with transaction.atomic():
        Alert.objects.update(state=Alert.State.RESOLVED, resolved_at=NOON)
        go_on.set()
        deadline = time.monotonic() + 10
        while sender.is_alive() and not somebody_waits():
            assert time.monotonic() < deadline
    sender.join()

    assert state(row)[0] == "failed"
    assert not messages().filter(channel="webhook").exists()


def test_a_resolution_that_races_with_the_claim_of_its_firing_never_loses_its_recipient(
    row: Notification, email: FakeChannel
) -> None:
    """The transition waits for the claim, sees it, and owes the resolution."""
    claimed, transition_done = threading.Event(), threading.Event()

    def hold(message: Message) -> Receipt:
        claimed.set()
        assert transition_done.wait(10)
        return Receipt("", "")

    email.plan.append(hold)

    def send_it() -> None:
        try:
            deliver(row.pk, at=NOON)
        finally:
            connection.close()

    sender = threading.Thread(target=send_it)
    sender.start()
    assert claimed.wait(10)
    alert = row.alert
    with transaction.atomic():
        alert.state, alert.resolved_at, alert.transition_seq = Alert.State.RESOLVED, NOON, 2
        alert.save()
        (resolution,) = owe(alert, kind=Kind.RESOLVED, channels=["email"], at=NOON)
    assert deliver(resolution.pk, at=NOON) is None
    transition_done.set()
    sender.join()

    assert deliver(resolution.pk, at=NOON) == Status.SENT
    assert [message.kind for message in email.sent] == ["firing", "resolved"]


def test_of_two_sweeps_at_once_one_calls_for_a_message_and_the_other_does_not_wait(
    row: Notification,
) -> None:
    make_due(overdue=timedelta(minutes=1))
    others: list[list[int]] = []

    def sweep() -> None:
        try:
            others.append(ids_to_ring(limit=9))
        finally:
            connection.close()

    other = threading.Thread(target=sweep)
    with transaction.atomic():
        assert ids_to_ring(limit=9) == [row.pk]
        other.start()
        other.join(10)
        assert others == [[]]


def test_a_sweep_needs_no_transaction_of_its_caller(row: Notification) -> None:
    make_due(overdue=timedelta(minutes=1))

    assert ids_to_ring(limit=9) == [row.pk]
