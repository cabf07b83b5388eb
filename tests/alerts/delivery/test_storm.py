"""Many at once: alerts fire, end, are taken and escalated while many senders send."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from alerts.channels.base import DeliveryError, Receipt
from alerts.delivery import deliver, due_ids, review_held
from alerts.messages import Message
from alerts.models import Alert, Notification
from alerts.models.notification import OPEN, Kind
from alerts.outbox import Recipient, owe, owe_acknowledged, owe_all, owe_to
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import make_due
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory

pytestmark = pytest.mark.django_db(transaction=True)

ALERTS = 16


def at_once(works: list[Callable[[], None]]) -> list[Exception]:
    """Run each in a thread of its own, all from the same moment; return what they raised."""
    gate = threading.Barrier(len(works))
    errors: list[Exception] = []

    def run(work: Callable[[], None]) -> None:
        gate.wait()
        try:
            work()
        except Exception as error:  # noqa: BLE001 - the test asks for whatever it was
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def send_all() -> None:
    for _ in range(4):
        review_held(10, at=timezone.now())
        for notification_id in due_ids(limit=30):
            deliver(notification_id, at=timezone.now())


def take(alert: Alert) -> None:
    with transaction.atomic():
        locked = Alert.objects.select_for_update().get(pk=alert.pk)
        if locked.state == Alert.State.FIRING and not locked.acknowledged:
            locked.acknowledged = True
            locked.save()
            owe_acknowledged(locked, at=NOON)


def escalate(alert: Alert) -> None:
    with transaction.atomic():
        locked = Alert.objects.select_for_update().get(pk=alert.pk)
        if locked.state == Alert.State.FIRING and not locked.acknowledged:
            to = [Recipient("email", "ana@example.org")]
            owe_to(locked, kind=Kind.ESCALATION, step=1, to=to, at=NOON)


def end(alerts: list[Alert]) -> None:
    with transaction.atomic():
        locked = list(
            Alert.objects.select_for_update()
            .filter(pk__in=[each.pk for each in alerts])
            .order_by("pk")
        )
        for alert in locked:
            alert.state, alert.resolved_at, alert.transition_seq = "resolved", NOON, 2
            alert.save()
        owe_all([(alert, ["email", "webhook"]) for alert in locked], kind=Kind.RESOLVED, at=NOON)


def test_in_a_storm_nobody_waits_in_a_circle_and_nothing_is_lost(
    email: FakeChannel, webhook: FakeChannel, settings: Settings
) -> None:
    settings.ALERT_GROUP_WAIT = timedelta(seconds=30)
    settings.CHANNEL_BUDGETS = {"email": 600}
    email.bundles = webhook.follows = True
    rule = AlertRuleFactory.create()
    alerts = [AlertFactory.create(rule=rule, transition_seq=1) for _ in range(ALERTS)]
    for alert in alerts:
        owe(alert, kind=Kind.FIRING, channels=["email", "webhook"], at=NOON)
    make_due()
    email.plan += [DeliveryError("450 busy"), DeliveryError("550", permanent=True)]
    half = ALERTS // 2
    works: list[Callable[[], None]] = [send_all] * 10
    works += [lambda alert=alert: take(alert) for alert in alerts[half:]]  # type: ignore[misc]  # bound early
    works += [lambda alert=alert: escalate(alert) for alert in alerts]  # type: ignore[misc]  # bound early
    works += [lambda: end(alerts[:half])] * 2

    errors = at_once(works)

    assert errors == []
    for _ in range(20):
        make_due()
        send_all()
    assert not Notification.objects.filter(status__in=OPEN).exists()
    assert told_twice(email, webhook) == []
    assert out_of_order() == []


def told_twice(*channels: FakeChannel) -> list[str]:
    """Return what was told more often than the ledger has tries for."""
    told = Counter(message.dedup_key for channel in channels for message in channel.sent)
    tries = {
        row.dedup_key: row.tries.count() for row in Notification.objects.prefetch_related("tries")
    }
    return [key for key, times in told.items() if times > tries[key]]


def out_of_order() -> list[int]:
    """Return resolutions that were sent before the firing of the same alert to the same recipient."""
    firings = {
        (row.alert_id, row.channel, row.recipient): row.settled_at
        for row in Notification.objects.filter(kind=Kind.FIRING, status="sent")
    }
    ends = Notification.objects.filter(kind=Kind.RESOLVED, status="sent")
    return [
        row.pk
        for row in ends
        if (first := firings.get((row.alert_id, row.channel, row.recipient)))
        and row.settled_at is not None
        and row.settled_at < first
    ]


def test_of_many_senders_with_the_same_bundle_one_sends_it(
    email: FakeChannel, settings: Settings
) -> None:
    settings.ALERT_GROUP_WAIT = timedelta(seconds=30)
    email.bundles = True
    rule = AlertRuleFactory.create()
    for _ in range(12):
        alert = AlertFactory.create(rule=rule, transition_seq=1)
        owe(alert, kind=Kind.FIRING, channels=["email"], at=NOON)
    make_due()
    ids = list(Notification.objects.values_list("pk", flat=True))

    errors = at_once([lambda pk=pk: deliver(pk, at=NOON) for pk in ids * 2])  # type: ignore[misc]  # bound early

    assert errors == []
    told = [
        payload["alert_id"]
        for message in email.sent
        for payload in (message.payload, *message.members)
    ]
    assert sorted(told) == sorted(str(alert.pk) for alert in Alert.objects.all())
    assert set(Notification.objects.values_list("status", "attempts")) == {("sent", 1)}


def test_of_many_senders_no_more_send_than_the_budget_has_tokens(
    email: FakeChannel, settings: Settings
) -> None:
    settings.CHANNEL_BUDGETS = {"email": 5}
    for _ in range(24):
        alert = AlertFactory.create(transition_seq=1)
        owe(alert, kind=Kind.FIRING, channels=["email"], at=NOON)
    ids = list(Notification.objects.values_list("pk", flat=True))

    errors = at_once([lambda pk=pk: deliver(pk, at=NOON) for pk in ids])  # type: ignore[misc]  # bound early

    assert errors == []
    assert 5 <= len(email.sent) <= 6  # a token comes back each 12 s, should this take so long


def test_while_one_is_told_to_wait_no_other_begins(email: FakeChannel) -> None:
    for _ in range(24):
        alert = AlertFactory.create(transition_seq=1)
        owe(alert, kind=Kind.FIRING, channels=["email"], at=NOON)
    first, *ids = Notification.objects.order_by("pk").values_list("pk", flat=True)

    def refuse(_: Message) -> Receipt:
        raise DeliveryError("429", retry_after_seconds=60)

    email.plan.append(refuse)
    deliver(first, at=NOON)

    errors = at_once([lambda pk=pk: deliver(pk, at=NOON) for pk in ids])  # type: ignore[misc]  # bound early

    assert (errors, len(email.sent)) == ([], 1)
