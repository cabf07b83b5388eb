"""Records what an evaluation saw of alerts that exist already: many rows in one statement."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from alerts.services.plan import Change

# A join with arrays costs one plan and one pass; a CASE of thousands of branches, as bulk_update writes it, does not.
_RECORD = """
    UPDATE alerts
       SET value = COALESCE(seen.value, alerts.value),
           held_from = seen.held_from,
           no_data_since = seen.no_data_since,
           last_evaluated_at = %(at)s,
           updated_at = %(at)s
      FROM unnest(%(ids)s::uuid[], %(values)s::float8[], %(held)s::timestamptz[], %(silent)s::timestamptz[])
        AS seen (id, value, held_from, no_data_since)
     WHERE alerts.id = seen.id
"""


def record(changes: Iterable[Change], *, at: datetime) -> None:
    """Write value, hold and silence of alerts that stay, fire or resolve. A snoozed one keeps its last value."""
    known = [(change, change.alert) for change in changes if change.alert is not None]
    if not known:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            {
                "at": at,
                "ids": [alert.pk for _, alert in known],
                "values": [None if alert.snoozed else change.value for change, alert in known],
                "held": [change.decision.held_from or alert.held_from for change, alert in known],
                "silent": [change.decision.no_data_since for change, _ in known],
            },
        )
