"""What each rule cost the people who listen to it, week by week. Pure: no Django, no clock, no database."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from uuid import UUID

from alerts.reports.advice import Advice, advice_for
from alerts.reports.facts import Firing, RuleFacts

WEEK = timedelta(days=7)
QUICKLY = timedelta(minutes=5)  # before a person could have helped


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of some firings, and what share of them they are; a percent of nothing is None."""

    fired: int
    acknowledged: int
    resolved_quickly: int
    flapping: int
    messages: int
    night_pages: int
    median_seconds_to_acknowledge: float | None

    @property
    def acknowledged_percent(self) -> float | None:
        """Return the share of the firings that a person took."""
        return self._percent(self.acknowledged)

    @property
    def resolved_quickly_percent(self) -> float | None:
        """Return the share of the firings that ended by themselves before anybody could have helped."""
        return self._percent(self.resolved_quickly)

    def _percent(self, some: int) -> float | None:
        return round(100 * some / self.fired, 1) if self.fired else None


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of one rule, `end` excluded."""

    start: datetime
    end: datetime
    figures: Figures


@dataclass(frozen=True, slots=True)
class RuleNoise:
    """One rule over all the weeks, and each of them, the oldest first."""

    rule_id: UUID
    rule_name: str
    severity: str
    figures: Figures
    weeks: list[Week]
    advice: list[Advice]


@dataclass(frozen=True, slots=True)
class NoiseReport:
    """The rules that fired from `start` until `end` (excluded), the loudest first."""

    start: datetime
    end: datetime
    rules: list[RuleNoise]


def noise_report(
    rules: Iterable[RuleFacts], firings: Iterable[Firing], *, end: datetime, weeks: int
) -> NoiseReport:
    """Return how loud each rule was in the `weeks` times seven days before `end`.

    A firing belongs to the week in which it fired, with all messages about it. Weeks are counted back
    from `end`, so that each has seven days whatever the day of the report. Raises ValueError for less than one.
    """
    if weeks < 1:
        raise ValueError("a report needs at least one week")
    start = end - weeks * WEEK
    of_rule: dict[UUID, list[Firing]] = defaultdict(list)
    for firing in firings:
        if start <= firing.fired_at < end:
            of_rule[firing.rule_id].append(firing)
    loud = [_of_rule(rule, of_rule[rule.id], start, weeks) for rule in rules if rule.id in of_rule]
    loud.sort(key=lambda rule: (-rule.figures.messages, -rule.figures.fired, rule.rule_name))
    return NoiseReport(start, end, loud)


def figures_of(firings: Sequence[Firing]) -> Figures:
    """Return the counts of some firings of one rule."""
    waits = [
        max(timedelta(0), firing.acknowledged_at - firing.fired_at).total_seconds()
        for firing in firings
        if firing.acknowledged_at is not None
    ]
    return Figures(
        fired=len(firings),
        acknowledged=len(waits),
        resolved_quickly=sum(resolved_quickly(firing) for firing in firings),
        flapping=sum(firing.flapping for firing in firings),
        messages=sum(firing.messages for firing in firings),
        night_pages=sum(firing.night_pages for firing in firings),
        median_seconds_to_acknowledge=median(waits) if waits else None,
    )


def resolved_quickly(firing: Firing) -> bool:
    """Say whether it ended by itself within five minutes, the fifth included."""
    lasted = firing.lasted
    return firing.by_itself and lasted is not None and lasted <= QUICKLY


def _of_rule(rule: RuleFacts, firings: list[Firing], start: datetime, weeks: int) -> RuleNoise:
    bounds = [start + number * WEEK for number in range(weeks + 1)]
    return RuleNoise(
        rule_id=rule.id,
        rule_name=rule.name,
        severity=rule.severity,
        figures=figures_of(firings),
        weeks=[
            Week(begin, end, figures_of([each for each in firings if begin <= each.fired_at < end]))
            for begin, end in pairwise(bounds)
        ],
        advice=advice_for(rule, firings, over=weeks * WEEK),
    )
