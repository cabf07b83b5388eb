"""What is owed beside the transitions: steps of a chain, reminders, and what another channel refused."""

from collections.abc import Sequence
from datetime import datetime

from alerts.messages import freeze
from alerts.models import Alert, Notification
from alerts.models.notification import Kind
from alerts.outbox.bundles import put_in_groups
from alerts.outbox.dues import Recipient, by_channel, dues_for, is_bundling
from alerts.outbox.rows import Telling, rows_of, write


def owe_to(
    alert: Alert, *, kind: Kind, step: int, to: Sequence[Recipient], at: datetime
) -> list[Notification]:
    """Write one row for each of `to` and return those that wait to be sent.

    To be called in the transaction that takes the step, with the alert locked. `step` tells apart what one
    transition owes: a repeat of the same step writes nothing.
    """
    if not to:
        return []
    channels = list(dict.fromkeys(recipient.channel for recipient in to))
    payload = freeze(alert, kind=kind, channels=channels, at=at)
    payload["recipients"] = [
        {"channel": recipient.channel, "address": recipient.address} for recipient in to
    ]
    rows = rows_of(Telling(alert, kind, payload, alert.transition_seq, step), dues_for(alert, to))
    put_in_groups(rows)
    return write(rows)


def owe_instead(refused: Notification, channel: str) -> list[Notification]:
    """Write, for a message that its channel refused for good, the same message on another channel.

    It stays in its group: what was one message there is one here.
    """
    payload = {**refused.payload, "instead_of": refused.channel}
    telling = Telling(
        refused.alert, Kind(refused.kind), payload, refused.transition_seq, refused.step
    )
    rows = rows_of(telling, by_channel(Recipient(channel)))
    for row in rows:
        row.group_key = refused.group_key if is_bundling(row.channel) else ""
    return write(rows)
