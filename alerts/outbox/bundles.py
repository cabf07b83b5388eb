"""Which rows may be one message: those of alerts of one group, which wait a moment for each other."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Min
from django.db.models.functions import Now

from alerts.models import Notification
from alerts.models.alert import Source
from alerts.models.notification import Kind, Status
from alerts.muting import labels_of_alert
from alerts.outbox.dues import is_bundling
from alerts.routing.grouping import group_key

# Steps of a chain have waited for long enough: they join what is there and wait for nothing.
_WAITING = (Kind.FIRING, Kind.RESOLVED)
_JOINING = (*_WAITING, Kind.ESCALATION)

Place = tuple[str, str, str, str]
"""Kind, group, channel and recipient."""


def put_in_groups(rows: Sequence[Notification]) -> None:
    """Give rows that may be bundled the key of their group, and the instant at which the group is told.

    The first of a group waits for ALERT_GROUP_WAIT, later ones join it. Findings, and what the service says
    about itself, are one of a kind and wait for nobody.
    """
    if not settings.ALERT_GROUP_WAIT:
        return
    grouped = [row for row in rows if _may_join(row)]
    keys = {
        row.alert_id: group_key(labels_of_alert(row.alert), settings.ALERT_GROUP_BY)
        for row in grouped
    }
    for row in grouped:
        row.group_key = keys[row.alert_id]
    _set_due([row for row in grouped if row.kind in _WAITING])


def _may_join(row: Notification) -> bool:
    return (
        row.status == Status.PENDING
        and row.kind in _JOINING
        and row.alert.source == Source.RULE
        and is_bundling(row.channel)
    )


def _set_due(rows: Sequence[Notification]) -> None:
    if not rows:
        return
    known = _told_soon({row.group_key for row in rows})
    for row in rows:
        # An expression would do for both; the database fills in its own clock for the first of a group.
        row.due_at = known.get(_place(row), Now() + settings.ALERT_GROUP_WAIT)


def _told_soon(keys: set[str]) -> dict[Place, datetime]:
    """Return when groups are told of which rows wait already.

    Only the wait of the group counts: rows that wait longer do so for a cooldown or after a failure.
    """
    waiting = Notification.objects.filter(
        group_key__in=keys,
        status=Status.PENDING,
        attempts=0,
        due_at__lte=Now() + settings.ALERT_GROUP_WAIT,
    )
    fields = ("kind", "group_key", "channel", "recipient")
    found = waiting.order_by().values_list(*fields).annotate(first=Min("due_at"))
    return {(kind, key, channel, to): first for kind, key, channel, to, first in found}


def _place(row: Notification) -> Place:
    return row.kind, row.group_key, row.channel, row.recipient
