"""What the transitions of alerts owe: that they fire, to their rule's channels; that they are over, to who was told."""

from collections.abc import Sequence
from datetime import datetime

from alerts.messages import freeze
from alerts.models import Alert, Notification
from alerts.models.notification import Kind
from alerts.outbox.audience import Audience, audience_of, overtake, to_resolve
from alerts.outbox.bundles import put_in_groups
from alerts.outbox.dues import Recipient, dues_for
from alerts.outbox.rows import Telling, rows_of, write

Owing = tuple[Alert, Sequence[str]]
"""An alert whose state has just changed, and the channels of its rule."""


def owe(alert: Alert, *, kind: Kind, channels: Sequence[str], at: datetime) -> list[Notification]:
    """Write what one alert owes; see `owe_all`."""
    return owe_all([(alert, channels)], kind=kind, at=at)


def owe_all(owing: Sequence[Owing], *, kind: Kind, at: datetime) -> list[Notification]:
    """Write one row for each recipient on each channel and return those that wait to be sent.

    To be called in the transaction that changes the alerts, after their `transition_seq` have
    grown. A repeat for the same transition writes nothing. A channel that cannot be used leaves a
    row that says why. The number of statements does not grow with the number of alerts.

    A resolution is owed to those who were told, or may yet be told, that the alert fires: a firing
    that nobody has tried to send is overtaken, and who was not told of it hears of neither.
    """
    audience: Audience = {}
    if kind == Kind.RESOLVED:
        ids = [alert.pk for alert, _ in owing]
        overtake(ids)
        audience = audience_of(ids)
    rows: list[Notification] = []
    for alert, channels in owing:
        dues = dues_for(alert, [Recipient(name) for name in channels])
        if kind == Kind.RESOLVED:
            dues = to_resolve(audience.get(alert.pk, ()), dues)
        payload = freeze(alert, kind=kind, channels=channels, at=at)
        rows += rows_of(Telling(alert, kind, payload, alert.transition_seq), dues)
    put_in_groups(rows)
    return write(rows)
