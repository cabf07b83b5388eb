"""A month of three services whose uptime is counted by hand, second by second, against what the service says."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from health.services.sla_buckets import write_buckets
from health.services.sla_days import write_days
from health.sla.accounting import Mark
from health.sla_selectors import sla_of
from tests.alerts.muting_rows import matcher, window
from tests.health.factories import WatchedServiceFactory
from tests.health.sla.marks_text import counted_by_the_second, marks
from tests.health.sla.rows import probe_rows

pytestmark = pytest.mark.django_db

START = datetime(2026, 10, 1, tzinfo=UTC)
END = datetime(
    2026, 11, 1, tzinfo=UTC
)  # the clocks of Europe went back on 25 October: in UTC nothing happened
EVERY = timedelta(minutes=1)
SERVICES = ("payment", "ticket", "venue")


def _letters(seed: int) -> str:
    """Return a month of minutes: outages, blips, slow times, gaps, times behind a gateway, slow recoveries."""
    random_numbers = random.Random(seed)
    days = (END - START).days
    minutes = ["u"] * (days * 1_440)
    for _ in range(40):
        place = random_numbers.randrange(len(minutes) - 300)
        length = random_numbers.randrange(1, 240)
        what = random_numbers.choice(["f" + "D" * length, "f" * 1, "s" * length, "." * length])
        what = random_numbers.choice([what, "b" * length, "fD" + "r" * (length % 9)])
        minutes[place : place + len(what)] = what
    return "".join(minutes[: days * 1_440])


def _planned(service: str) -> list[tuple[datetime, datetime]]:
    """Return the openings of the two windows below, written down anew: each Sunday at 3, and 9 October at 4."""
    if service == "venue":
        return []
    sundays = [datetime(2026, 10, day, 3, tzinfo=UTC) for day in (4, 11, 18, 25)]
    once = datetime(2026, 10, 4, 4, 30, tzinfo=UTC)
    return [*((at, at + timedelta(hours=2)) for at in sundays), (once, once + timedelta(hours=1))]


@pytest.fixture
def histories() -> dict[str, Sequence[Mark]]:
    found: dict[str, Sequence[Mark]] = {}
    for number, name in enumerate(SERVICES):
        WatchedServiceFactory.create(name=name, interval_seconds=60)
        found[name] = marks(_letters(number), START, every=EVERY.total_seconds())
        probe_rows(name, found[name])
    expiry = datetime(2026, 12, 1, tzinfo=UTC)
    two = matcher("service_name", "(payment|ticket)-service", "=~")
    sunday = datetime(2026, 10, 4, 3, tzinfo=UTC)
    window(
        two,
        recurrence="FREQ=WEEKLY;BYDAY=SU",
        first_start=sunday,
        duration_minutes=120,
        expires_at=expiry,
    )
    once = sunday + timedelta(minutes=90)
    window(
        two,
        recurrence="FREQ=DAILY;COUNT=1",
        first_start=once,
        duration_minutes=60,
        expires_at=expiry,
    )
    # One that mutes only a rule is no maintenance of the service.
    window(two, matcher("rule", "high_cpu_usage"), first_start=START, expires_at=expiry)
    return found


def test_a_month_equals_a_count_second_by_second_to_the_last_digit(
    histories: dict[str, Sequence[Mark]],
) -> None:
    at = START
    while at <= END:  # as the workers would, but six hours at a time
        write_buckets(at=at)
        write_days(at=at)
        at += timedelta(hours=6)

    for name in SERVICES:
        _same_as_by_hand(name, histories[name], START, END)
    middle = START + timedelta(days=9, hours=7, minutes=35)
    _same_as_by_hand("payment", histories["payment"], middle, END - timedelta(hours=30))


def _same_as_by_hand(name: str, history: Sequence[Mark], start: datetime, end: datetime) -> None:
    counts = counted_by_the_second(history, _planned(name), start, end)
    up, down = counts["up"] + counts["degraded"], counts["down"]

    found = sla_of(name, start, end)

    assert found.spans.up_ms == up * 1_000
    assert found.spans.down_ms == down * 1_000
    assert found.spans.unknown_ms == counts["unknown"] * 1_000
    assert found.spans.maintenance_ms == counts["maintenance"] * 1_000
    assert found.spans.degraded_ms == counts["degraded"] * 1_000
    assert found.uptime_percent == Decimal(up * 10**8 // (up + down)) / 10**6
    assert found.spans.total_ms == (end - start).total_seconds() * 1_000
