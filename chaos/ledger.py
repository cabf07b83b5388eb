"""Reads the ledger and the receiver's file, once everything has settled."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.db import DatabaseError, InterfaceError, connection

from alerts.models import Alert, Notification
from alerts.models.notification import OPEN
from chaos.verdict import Row

_POLL_SECONDS = 0.5


def received_keys(file: Path) -> list[str]:
    """Return the key of every webhook that was taken, repeats included, in their order."""
    return [line.split(" ", 1)[1] for line in file.read_text().splitlines()]


def rows(*, since: int = 0, until: int = sys.maxsize) -> list[Row]:
    """Return the rows of the ledger after the id `since` up to the id `until`."""
    found = Notification.objects.filter(pk__gt=since, pk__lte=until).values_list(
        "dedup_key", "status", "in_doubt", "created_at", "first_tried_at", "sent_at"
    )
    return [
        Row(
            key,
            status,
            in_doubt,
            (tried - created).total_seconds() if tried else None,
            (sent - created).total_seconds() if sent else None,
        )
        for key, status, in_doubt, created, tried, sent in found
    ]


def unaccounted() -> int:
    """Return how many transitions owe no row: each firing owes one, and so does each end."""
    number = 0
    for alert in Alert.objects.exclude(fired_at=None).prefetch_related("notifications"):
        kinds = {row.kind for row in alert.notifications.all()}
        owed = {"firing", "resolved"} if alert.state == Alert.State.RESOLVED else {"firing"}
        number += len(owed - kinds)
    return number


def is_settled() -> bool:
    """Tell whether nothing is owed and nothing fires any more; False also while the database is away."""
    try:
        return not (
            Notification.objects.filter(status__in=OPEN).exists()
            or Alert.objects.exclude(state=Alert.State.RESOLVED).exists()
        )
    except (DatabaseError, InterfaceError):
        connection.close()
        return False


def wait_until_settled(tick: Callable[[], None], *, seconds: float) -> bool:
    """Let the processes work until all is settled; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not is_settled():
        if time.monotonic() > deadline:
            return False
        tick()
        time.sleep(_POLL_SECONDS)
    return True
