"""Looks whether the ledger still says what it said when it was sealed, and whether anything is missing or late."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from alerts.ledger.chain import GENESIS, link
from alerts.ledger.days import digest_of_day, first_day
from alerts.ledger.seal import MARGIN, is_over
from alerts.models import Alert, LedgerDay, Notification, NotificationAttempt
from alerts.models.alert import Source
from alerts.models.attempt import Outcome
from alerts.models.notification import OWED, Kind, Status

# Due for so long and nobody came: neither a lease nor the sweep takes as long.
OVERDUE_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class VerifiedDay:
    """One sealed day, and what is wrong with it; no problem means that it is as it was."""

    day: date
    notifications: int
    attempts: int
    chain: str
    sealed_at: datetime
    problem: str

    @property
    def ok(self) -> bool:
        """Tell whether the day is as it was sealed."""
        return not self.problem


@dataclass(frozen=True, slots=True)
class Verification:
    """What the whole ledger comes to."""

    days: list[VerifiedDay]
    first_broken: date | None
    """Sealed and not as it was, or missing between others."""
    unsealed: list[date]
    """Days that are over for more than a day and not sealed."""
    overdue: int
    """Messages that should have been sent minutes ago."""
    unaccounted: int
    """Firings that owe nobody anything, and messages said to be sent that no try tells of."""
    head: str
    """The newest chain: whoever noted an older head elsewhere can look for it among the days."""

    @property
    def ok(self) -> bool:
        """Tell whether nothing was changed, nothing is missing and nothing is late."""
        return self.first_broken is None and not (self.unsealed or self.overdue or self.unaccounted)


def verify(*, at: datetime, since: date | None = None) -> Verification:
    """Verify the chain of all days, and the rows of those from `since` on (all if not given)."""
    seals = list(LedgerDay.objects.order_by("day"))
    days = list(_verified(seals, since))
    broken = [day.day for day in days if not day.ok]
    return Verification(
        days=days,
        first_broken=min(broken, default=None),
        unsealed=_unsealed(seals, at),
        overdue=_overdue(),
        unaccounted=_unaccounted(at),
        head=seals[-1].chain if seals else GENESIS,
    )


def _verified(seals: Iterable[LedgerDay], since: date | None) -> Iterable[VerifiedDay]:
    previous: LedgerDay | None = None
    for seal in seals:
        problem = _chain_problem(seal, previous)
        if not problem and (since is None or seal.day >= since):
            problem = _rows_problem(seal)
        yield VerifiedDay(
            seal.day, seal.notifications, seal.attempts, seal.chain, seal.sealed_at, problem
        )
        previous = seal


def _chain_problem(seal: LedgerDay, previous: LedgerDay | None) -> str:
    if previous is None:
        begins = first_day()
        if begins is not None and begins < seal.day:
            return f"the days from {begins} on are missing before it"
    elif seal.day != previous.day + timedelta(days=1):
        return f"days are missing between {previous.day} and it"
    before = previous.chain if previous else GENESIS
    if seal.chain != link(before, seal.day, seal.notifications, seal.attempts, seal.digest):
        return "its seal was changed, or that of the day before"
    return ""


def _rows_problem(seal: LedgerDay) -> str:
    found = digest_of_day(seal.day)
    if found.digest == seal.digest:
        return ""
    counts: Mapping[str, tuple[int, int]] = {
        "messages": (found.notifications, seal.notifications),
        "tries": (found.attempts, seal.attempts),
    }
    differing = [
        f"{now} {name} where there were {then}"
        for name, (now, then) in counts.items()
        if now != then
    ]
    return ", ".join(differing) or "a message or a try was changed"


def _unsealed(seals: list[LedgerDay], at: datetime) -> list[date]:
    day = seals[-1].day + timedelta(days=1) if seals else first_day()
    missing = []
    while day is not None and is_over(day + timedelta(days=1), at=at):
        missing.append(day)
        day += timedelta(days=1)
    return missing


def _overdue() -> int:
    late = Notification.objects.filter(status__in=OWED, due_at__lte=Now() - OVERDUE_AFTER)
    return late.exclude(alert__source=Source.CANARY).count()


def _unaccounted(at: datetime) -> int:
    owed = Notification.objects.filter(alert=OuterRef("pk"), kind=Kind.FIRING)
    fired = Alert.objects.filter(fired_at__lte=at - MARGIN).exclude(notification_channels=[])
    silent = fired.filter(~Exists(owed)).exclude(source=Source.CANARY)
    # Either its own try, or that of the message that spoke for it.
    told = NotificationAttempt.objects.filter(
        Q(notification=OuterRef("pk")) | Q(notification=OuterRef("carried_by")),
        outcome=Outcome.SENT,
    )
    unproven = Notification.objects.filter(~Exists(told), status=Status.SENT)
    return silent.count() + unproven.exclude(alert__source=Source.CANARY).count()
