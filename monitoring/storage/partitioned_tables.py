"""Which tables are partitioned, by what, and for how long their partitions stay. No database here.

A partition is known by the first UTC day that it holds. Its name ends in that day, or in the month if it
holds one, so the names of a table sort as the time does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.conf import settings

from monitoring.storage.window import MAX_AHEAD

_DAY = timedelta(days=1)


def day_of(at: datetime) -> date:
    """Return the UTC day that an instant falls on."""
    return at.astimezone(UTC).date()


def midnight(day: date) -> datetime:
    """Return the instant at which a UTC day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class PartitionedTable:
    """One table and the care that it gets.

    `behind` and `ahead` count the partitions that exist beside the current one. `reach` is by how much
    the newest sample of a partition may be younger than the partition's end. `retention` is read anew
    each time: it is a setting.
    """

    name: str
    column: str
    is_monthly: bool
    behind: int
    ahead: int
    reach: timedelta
    retention: Callable[[], timedelta]

    def first_day(self, day: date) -> date:
        """Return the first day of the partition that holds `day`."""
        return day.replace(day=1) if self.is_monthly else day

    def next_day(self, first: date) -> date:
        """Return the first day of the partition after the one that begins with `first`."""
        return (first + 31 * _DAY).replace(day=1) if self.is_monthly else first + _DAY

    def partition(self, day: date) -> str:
        """Return the name of the partition that holds `day`."""
        return f"{self.name}_{day:%Y%m}" if self.is_monthly else f"{self.name}_{day:%Y%m%d}"

    def day_in(self, partition: str) -> date:
        """Return the first day of a partition by its name; ValueError if it is none of this table."""
        digits = partition.removeprefix(f"{self.name}_")
        return datetime.strptime(digits, "%Y%m" if self.is_monthly else "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone

    def bounds(self, day: date) -> tuple[str, str]:
        """Return where the partition that holds `day` begins and, exclusive, ends: as SQL literals."""
        first = self.first_day(day)
        midnight = "" if self.is_monthly else " 00:00:00+00"  # months hold days, days hold instants
        return f"{first}{midnight}", f"{self.next_day(first)}{midnight}"

    def pattern(self) -> str:
        """Return the regular expression that the names of partitions match."""
        return rf"^{self.name}_\d{{{6 if self.is_monthly else 8}}}$"

    def wanted(self, at: datetime) -> Iterator[date]:
        """Yield the first days of the partitions that have to exist at `at`, oldest first."""
        first = self.first_day(day_of(at))
        for _ in range(self.behind):
            first = self.first_day(first - _DAY)
        for _ in range(self.behind + 1 + self.ahead):
            if first >= self.first_kept(at):
                yield first
            first = self.next_day(first)

    def first_kept(self, at: datetime) -> date:
        """Return the first day of the oldest partition that may hold samples within the retention."""
        return self.first_day(day_of(at - self.retention() - self.reach))


SEGMENT = PartitionedTable(
    "segment",
    column="received_at",
    is_monthly=False,
    behind=0,
    ahead=7,
    reach=MAX_AHEAD,  # a push may be that much ahead of its receipt
    retention=lambda: settings.METRICS_RETENTION,
)
CHUNK = PartitionedTable(
    "chunk",
    column="t0",
    is_monthly=False,
    behind=2,  # a sample is up to a day older than its receipt, and sealing may be late
    ahead=7,
    reach=timedelta(0),  # a chunk holds samples of one day
    retention=lambda: settings.METRICS_RETENTION,
)
ROLLUP_5M = PartitionedTable(
    "rollup_5m",
    column="day",
    is_monthly=True,
    behind=1,
    ahead=2,
    reach=timedelta(0),
    retention=lambda: settings.ROLLUP_5M_RETENTION,
)
ROLLUP_1H = PartitionedTable(
    "rollup_1h",
    column="day",
    is_monthly=True,
    behind=1,
    ahead=2,
    reach=timedelta(0),
    retention=lambda: settings.ROLLUP_1H_RETENTION,
)

TABLES = {table.name: table for table in (SEGMENT, CHUNK, ROLLUP_5M, ROLLUP_1H)}
