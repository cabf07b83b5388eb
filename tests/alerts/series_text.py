"""A small language for tests of rules: series written as text.

`load("cpu{host=a}", "50 85x5 _x2 40", step=60)` is a series that reports 50, five times 85, misses two reports
and then reports 40, a minute apart. `85>3` is a report that arrives three steps late, so that it may come after
later ones. `load("avg(cpu{host=a}[180])", ...)` is the same series as a rule sees it that looks at its average over
180 s. What becomes of it under a rule is written as states: see tests/alerts/track.py.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from alerts.evaluation.reading import NoData, Observation, RuleTerms
from alerts.evaluation.windows import Samples, aggregate

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ABOVE_80 = RuleTerms(
    condition=">",
    threshold=80.0,
    hold=timedelta(),
    no_data=NoData.KEEP,
    interval=MINUTE,
    stale_after=timedelta(minutes=5),
    snooze=timedelta(hours=24),
)
_SERIES = re.compile(r"(?P<metric>\w+)(\{(?P<labels>[^}]*)\})?")
_WINDOWED = re.compile(r"(?P<function>\w+)\((?P<series>.+)\[(?P<seconds>\d+)\]\)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Report:
    """One value, `late` steps under way; None is nothing reported."""

    value: float | None
    late: int = 0


@dataclass(frozen=True)
class TextSeries:
    """A series as written: one report for each step, and the function over a window that is looked at if any."""

    metric: str
    labels: dict[str, str]
    reports: list[Report]
    step: timedelta
    function: str | None = None
    window: timedelta = timedelta()

    @property
    def values(self) -> list[float | None]:
        return [report.value for report in self.reports]

    def observe(self, index: int) -> Observation | None:
        """Return what an evaluation at step `index` sees."""
        if self.function is None:
            return self.newest(index)
        samples, at = self.arrived(index), NOON + index * self.step
        found = aggregate(samples, self.function, in_ms(at - self.window), in_ms(at))
        newest = int(found.newest_ms[0])
        if newest < 0:
            return None
        seen_at = _EPOCH + timedelta(milliseconds=newest)
        return Observation(float(found.values[0]), seen_at, int(found.count[0]))

    def newest(self, index: int) -> Observation | None:
        """Return the newest value that the store holds at step `index`, whatever came after it."""
        for step in range(min(index, len(self.reports) - 1), -1, -1):
            value = self._stored(step, index)
            if value is not None:
                return Observation(value, NOON + step * self.step)
        return None

    def arrived(self, index: int) -> Samples:
        """Return all samples that the store holds at step `index`."""
        steps = range(min(index + 1, len(self.reports)))
        found = [(step, self._stored(step, index)) for step in steps]
        kept = [(step, value) for step, value in found if value is not None]
        return Samples(
            np.array([0, len(kept)]),
            np.array([in_ms(NOON + step * self.step) for step, _ in kept], np.int64),
            np.array([value for _, value in kept], np.float64),
        )

    def _stored(self, step: int, index: int) -> float | None:
        report = self.reports[step]
        return report.value if step + report.late <= index else None


def load(series: str, text: str, *, step: float = 60) -> TextSeries:
    """Read a series such as `cpu{host=a}` or `p95(cpu{host=a}[300])` and its reports such as `50 85x5 _x2 40>1`."""
    windowed = _WINDOWED.fullmatch(series)
    match = _SERIES.fullmatch(windowed["series"] if windowed else series)
    if match is None:
        raise ValueError(f"not a series: {series}")
    pairs = [pair.split("=", 1) for pair in (match["labels"] or "").split(",") if pair]
    return TextSeries(
        match["metric"],
        {name.strip(): value.strip() for name, value in pairs},
        [_report(word) for word in expand(text)],
        timedelta(seconds=step),
        windowed["function"] if windowed else None,
        timedelta(seconds=int(windowed["seconds"])) if windowed else timedelta(),
    )


def _report(word: str) -> Report:
    value, _, late = word.partition(">")
    return Report(None if value == "_" else float(value), int(late or 0))


def expand(text: str) -> list[str]:
    """Return the words of a text with each `<word>x<n>` written out n times."""
    words: list[str] = []
    for token in text.split():
        word, _, times = token.partition("x")
        words += [word] * int(times or 1)
    return words


def picture(text: str) -> str:
    """Return states as `play` writes them, from a text such as `px3 F R`."""
    return "".join(expand(text))


def in_ms(at: datetime) -> int:
    """Return the instant in ms since the epoch."""
    return (at - _EPOCH) // timedelta(milliseconds=1)
