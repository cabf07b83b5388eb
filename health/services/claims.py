"""Takes services that are due, so that of several ticks at once only one probes each; a lease covers a crash."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

from health.models import ProbeClaim, WatchedService
from health.watching.due import Turn, due_slot, far_ahead
from health.watching.limits import LEASE

# One statement for all services. What another tick takes at this moment is skipped, not waited for. A slot may be
# taken if the last one is done and older, or lies far ahead, or if whoever took it is dead.
_CLAIM = """
WITH due AS (
    SELECT * FROM unnest(%(names)s::text[], %(slots)s::timestamptz[], %(ahead)s::timestamptz[])
        AS due (name, slot, ahead)
), free AS (
    SELECT held.service_id, due.slot FROM probe_claims AS held JOIN due ON due.name = held.service_id
    WHERE held.until <= %(at)s OR (held.until IS NULL AND (held.slot < due.slot OR held.slot > due.ahead))
    ORDER BY held.service_id FOR UPDATE OF held SKIP LOCKED
), taken AS (
    UPDATE probe_claims AS held SET slot = free.slot, until = %(until)s
    FROM free WHERE held.service_id = free.service_id RETURNING held.service_id
), added AS (
    INSERT INTO probe_claims (service_id, slot, until)
    SELECT due.name, due.slot, %(until)s FROM due JOIN watched_services AS service ON service.name = due.name
    ORDER BY due.name ON CONFLICT DO NOTHING RETURNING service_id
)
SELECT service_id FROM taken UNION ALL SELECT service_id FROM added
"""


def claim_due(*, at: datetime) -> dict[str, datetime]:
    """Take every enabled service that is due at `at`; return name -> slot, the caller's for a LEASE.

    A service whose probe is still under way is not due, however short its interval is. Two queries, whatever the
    number of services.
    """
    slots = {}
    ahead = []
    for service in _watched():
        interval = service.interval
        checked_at = service.state.checked_at if hasattr(service, "state") else None
        slot = due_slot(Turn(service.name, interval, checked_at, service.created_at), at)
        if slot is not None:
            slots[service.name] = slot
            ahead.append(far_ahead(slot, interval))
    if not slots:
        return {}
    values: dict[str, Any] = {
        "names": list(slots),
        "slots": list(slots.values()),
        "ahead": ahead,
        "at": at,
        "until": at + LEASE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return {name: slots[name] for (name,) in sorted(cursor.fetchall())}


def take_over(names: Collection[str], *, claimed_at: datetime, at: datetime) -> dict[str, datetime]:
    """Return name -> slot of those that are still as `claim_due` took them at `claimed_at`; their lease begins anew.

    Of a batch that is delivered twice, the second delivery finds nothing.
    """
    claims = ProbeClaim.objects.filter(pk__in=names, until=claimed_at + LEASE)
    if not claims.update(until=at + LEASE):
        return {}
    ours = ProbeClaim.objects.filter(pk__in=names, until=at + LEASE)
    return dict(ours.values_list("service_id", "slot"))


def finish(names: Collection[str]) -> None:
    """Note that the slots are done: nobody probes for them again."""
    ProbeClaim.objects.filter(pk__in=names).update(until=None)


def release(names: Collection[str], *, at: datetime) -> None:
    """Give back what was taken and not done: the next tick takes it."""
    ProbeClaim.objects.filter(pk__in=names, until__gt=at).update(until=at)


def _watched() -> list[WatchedService]:
    return list(
        WatchedService.objects.filter(enabled=True)
        .select_related("state")
        .only("name", "kind", "interval_seconds", "created_at", "state__checked_at")
    )
