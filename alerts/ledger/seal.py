"""Seals days of the ledger that are over, one after another, each chained to the day before."""

import logging
from datetime import UTC, date, datetime, timedelta

from django.db import connection, transaction

from alerts.ledger.chain import GENESIS, link
from alerts.ledger.days import digest_of_day, first_day
from alerts.models import LedgerDay

logger = logging.getLogger(__name__)

# A transaction that began before midnight may commit after it; none lasts as long as this.
MARGIN = timedelta(minutes=15)
_LOCK = "alerts.ledger.seal"


def seal_due(*, at: datetime) -> list[date]:
    """Seal each day that is over at `at` and not sealed yet, the oldest first; return them."""
    last = LedgerDay.objects.order_by("day").last()
    day = last.day + timedelta(days=1) if last else first_day()
    sealed = []
    while day is not None and is_over(day, at=at):
        seal_day(day, at=at)
        sealed.append(day)
        day += timedelta(days=1)
    return sealed


def is_over(day: date, *, at: datetime) -> bool:
    """Tell whether nothing is added to the day any more."""
    return day < (at - MARGIN).astimezone(UTC).date()


def seal_day(day: date, *, at: datetime) -> LedgerDay:
    """Seal one day and return its seal; one that is sealed stays as it is.

    Raises ValueError if the day is not over, or would leave a gap in the chain.
    """
    if not is_over(day, at=at):
        raise ValueError(f"{day} is not over yet")
    with transaction.atomic():
        _one_at_a_time()
        known = LedgerDay.objects.filter(day=day).first()
        return known or _seal(day, at)


def _seal(day: date, at: datetime) -> LedgerDay:
    last = LedgerDay.objects.order_by("day").last()
    if last is not None and last.day != day - timedelta(days=1):
        raise ValueError(f"{day} does not follow {last.day}, the last day that is sealed")
    found = digest_of_day(day)
    chain = link(
        last.chain if last else GENESIS, day, found.notifications, found.attempts, found.digest
    )
    seal = LedgerDay.objects.create(
        day=day,
        notifications=found.notifications,
        attempts=found.attempts,
        digest=found.digest,
        chain=chain,
        sealed_at=at,
    )
    # Written where the database's owner cannot change it: a chain that was made anew does not hold this.
    fields = {"day": day.isoformat(), "chain": chain, "notifications": found.notifications}
    transaction.on_commit(lambda: logger.info("ledger sealed", extra=fields))
    return seal


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_LOCK])
