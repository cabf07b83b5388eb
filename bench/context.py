"""What every case has at hand: the servers, the report, the size of the run."""

import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.peers import InfluxDB, Prometheus
from bench.report import Report
from bench.service import Service

if TYPE_CHECKING:
    from bench.day import Day

INTERVAL = 10


@dataclass(frozen=True, slots=True)
class Options:
    """How much is measured."""

    hosts: int = 100
    hours: int = 23
    rounds: int = 3
    queries: int = 30
    quick: bool = False


@dataclass(slots=True)
class Clock:
    """Hands out spans of time that follow each other: Prometheus refuses samples that go back.

    It begins a day ago, less what loading takes: the door takes samples of the last 24 hours.
    """

    next_at: int = field(
        default_factory=lambda: int(time.time()) // INTERVAL * INTERVAL - 24 * 3_600 + 1_800
    )

    def take(self, steps: int) -> int:
        """Return the first instant of a span of so many steps."""
        start = self.next_at
        self.next_at += steps * INTERVAL
        return start


@dataclass(slots=True)
class Context:
    """One run."""

    options: Options
    report: Report
    service: Service
    directory: Path
    prometheus: Prometheus | None = None
    influxdb: InfluxDB | None = None
    clock: Clock = field(default_factory=Clock)
    stack: ExitStack = field(
        default_factory=ExitStack
    )  # servers that a case adds, stopped at the end
    day: "Day | None" = None
