"""Says on other channels that a channel fails, and that it works again."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from alerts.channels import registry
from alerts.models import Alert, Notification
from alerts.models.alert import Source, State
from alerts.models.choices import Severity
from alerts.models.notification import Status
from alerts.services.alerts import Finding, raise_alert, resolve_alert

_LABEL = "channel"
_TELL_TALE = (Status.SENT, Status.FAILED, Status.DEAD)


def say_that_it_fails(refused: Sequence[Notification], reason: str, *, at: datetime) -> None:
    """Fire an alert about the channel that refused these messages for good, unless one fires already.

    Told on all other channels that reach people. Nothing is said about messages that say so themselves: two
    broken channels would complain about each other for ever.
    """
    channel = refused[0].channel
    if all(row.alert.source == Source.META for row in refused):
        return
    finding = Finding(
        fingerprint=fingerprint_of(channel),
        title=f"Notifications by {channel} fail",
        severity=Severity.CRITICAL,
        description=f"{reason}\nWhat it refused is told by other channels where there are any.",
        labels={_LABEL: channel},
        source=Source.META,
    )
    others = [name for name in registry.for_people() if name != channel]
    raise_alert(finding, channels=others, at=at)


def fingerprint_of(channel: str) -> str:
    """Return what tells the alert about one channel from all others."""
    return hashlib.sha256(f"channel fails|{channel}".encode()).hexdigest()[:16]


def close_recovered(*, at: datetime) -> None:
    """End what was said of channels that have sent something since they last refused for good."""
    open_alerts = Alert.objects.filter(source=Source.META, state=State.FIRING)
    for alert in open_alerts.filter(labels__has_key=_LABEL):
        channel = alert.labels[_LABEL]
        if alert.fingerprint == fingerprint_of(channel) and _works_again(channel):
            resolve_alert(alert.pk, by="", at=at)


def _works_again(channel: str) -> bool:
    settled = Notification.objects.filter(channel=channel, settled_at__isnull=False)
    last = settled.order_by("-settled_at", "-pk").filter(status__in=_TELL_TALE)
    return last.values_list("status", flat=True).first() == Status.SENT
