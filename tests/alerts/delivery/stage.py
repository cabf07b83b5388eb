"""Where the plays of delivery are played: channels, alerts that fire, loops that run, and what was said."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from alerts.delivery import close_recovered, deliver, due_ids, review_held
from alerts.models import Alert, AlertRule, Notification, Silence
from alerts.models.notification import OPEN, Kind
from alerts.outbox import owe
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import make_due
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory


@dataclass(frozen=True)
class Ends:
    """Where a scenario plays."""

    email: FakeChannel
    webhook: FakeChannel


def fire(*channels: str, alerts: int = 1) -> None:
    """Fire alerts of one rule, each in a transaction of its own; one that fires already is left alone."""
    rule = AlertRule.objects.first() or AlertRuleFactory.create()
    for number in range(alerts):
        name = f"{number:016x}"
        if Alert.objects.filter(fingerprint=name).exists():
            continue
        with transaction.atomic():
            alert = AlertFactory.create(rule=rule, fingerprint=name, transition_seq=1)
            owe(alert, kind=Kind.FIRING, channels=channels or ["email"], at=NOON)


def run() -> None:
    """Do what the loops do, once."""
    review_held(100, at=timezone.now())
    close_recovered(at=timezone.now())
    for notification_id in due_ids(limit=100):
        deliver(notification_id, at=timezone.now())


def run_on() -> None:
    """Do what the loops do until all waits and leases are over."""
    for _ in range(30):
        make_due()
        run()
        if not Notification.objects.filter(status__in=OPEN).exists():
            return


def silence() -> None:
    """Silence everything of the service, by the clock of today."""
    matchers = [{"label": "service_name", "op": "=", "value": "payment-service"}]
    now = timezone.now()
    Silence.objects.create(
        matchers=matchers,
        owner="ana",
        reason="deploy",
        starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1),
    )


def spoken_of(channel: FakeChannel, kind: Kind) -> int:
    """Return of how many alerts the channel was told."""
    told = {
        payload["alert_id"]
        for message in channel.sent
        if message.kind == kind
        for payload in (message.payload, *message.members)
    }
    return len(told)
