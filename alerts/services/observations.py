"""Records what an evaluation saw of alerts that exist already: many rows in one statement."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from alerts.evaluation.state import Phase
from alerts.services.plan import Change

# A join with arrays costs one plan and one pass; a CASE of thousands of branches, as bulk_update writes it, does not.
_RECORD = """
    UPDATE alerts
       SET value = COALESCE(seen.value, alerts.value),
           held_from = COALESCE(seen.held_from, alerts.held_from),
           no_data_since = seen.no_data_since,
           over_since = seen.over_since,
           last_evaluated_at = %(at)s,
           updated_at = %(at)s
      FROM unnest(
            %(ids)s::uuid[], %(values)s::float8[], %(held)s::timestamptz[],
            %(silent)s::timestamptz[], %(over)s::timestamptz[]
        ) AS seen (id, value, held_from, no_data_since, over_since)
     WHERE alerts.id = seen.id
"""


def record(changes: Iterable[Change], *, at: datetime) -> None:
    """Write value, hold and silence of alerts that stay, fire or resolve. A snoozed one keeps its last value."""
    known = [(change, change.alert) for change in changes if change.alert is not None]
    if not known:
        return
    snoozed = Phase.SNOOZED
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            {
                "at": at,
                "ids": [alert.pk for _, alert in known],
                "values": [
                    None if alert.open.phase is snoozed else change.value for change, alert in known
                ],
                "held": [change.decision.held_from for change, _ in known],
                "silent": [change.decision.no_data_since for change, _ in known],
                "over": [change.decision.over_since for change, _ in known],
            },
        )
