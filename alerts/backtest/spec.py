"""What is tried, and over which evaluations."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from alerts.evaluation.overrides import Override
from alerts.evaluation.reading import RuleTerms
from alerts.evaluation.watch import Watch, resume
from monitoring.storage.instants import EPOCH

MICROSECOND = timedelta(microseconds=1)
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Flaps:
    """A series that fires `firings` times within `window` is flapping; 0: never."""

    firings: int = 0
    window: timedelta = timedelta(hours=1)


NEVER = Flaps()


@dataclass(frozen=True, slots=True)
class RuleSpec:
    """A rule as evaluations understand it; which series it watches is settled already.

    `terms` are as live: `stale_after` is no shorter than `window`, waits are as `hold_of` returns them.
    """

    terms: RuleTerms
    aggregation: str = "last"
    window: timedelta = timedelta()
    combine: str = ""
    group_by: tuple[str, ...] = ()
    overrides: tuple[Override, ...] = ()
    flaps: Flaps = NEVER


class Clock:
    """The instants of the evaluations, ascending, and the run of evaluations that each belongs to."""

    def __init__(
        self, instants: Sequence[datetime], interval: timedelta, before: Watch | None = None
    ) -> None:
        """Take the instants; `before` is the watch of the last evaluation before them if there was one.

        Raises ValueError if there are none, or if they do not ascend: time runs forward in a replay.
        """
        if not instants:
            raise ValueError("a replay needs at least one instant")
        self.instants = instants
        self.us = np.array([(at - EPOCH) // MICROSECOND for at in instants], np.int64)
        if (np.diff(self.us) <= 0).any():
            raise ValueError("the instants must ascend")
        self.watches = _watches(instants, interval, before)

    @property
    def ms(self) -> NDArray[np.int64]:
        """The millisecond that each instant falls into, since the epoch."""
        return self.us // 1_000

    def number_of(self, at: datetime) -> int:
        """Return the number of the first evaluation at or after the instant."""
        return int(np.searchsorted(self.us, (at - EPOCH) // MICROSECOND))

    def __len__(self) -> int:
        return len(self.instants)


def _watches(
    instants: Sequence[datetime], interval: timedelta, before: Watch | None
) -> list[Watch]:
    since = before.since if before else None
    previous = before.previous if before else None
    watches = []
    for at in instants:
        watch = resume(since, previous, at=at, interval=interval)
        watches.append(watch)
        since, previous = watch.since, at
    return watches
