"""Rules on metrics: arrays for all of their series, decisions one by one where there is something to say."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import numpy as np

from alerts.evaluation.reading import NoData
from alerts.models.choices import Aggregation
from alerts.services.evaluation_memory import Memory
from alerts.services.isolation import isolated
from alerts.services.plan import Change, Remembered, plan_rule
from alerts.services.rulebook import NEWEST, CompiledRule, Rulebook, Source
from alerts.services.screening import Suspect, screen
from alerts.services.seen import RuleSeen, seen_by
from alerts.services.series_table import Positions, Watched, table_of
from alerts.services.source_values import read_values
from monitoring.query.newest import ceil_ms
from monitoring.storage import unsealed


def plan_plain(
    book: Rulebook,
    chosen: Sequence[int],
    memory: Memory,
    remembered: Mapping[UUID, Mapping[str, Remembered]],
    at: datetime,
) -> dict[int, list[Change]]:
    """Decide about all series of the chosen rules, positions in the book; one that is odd is missing in the answer.

    A rule of which there is nothing to say has an empty plan.
    """
    if not chosen:
        return {}
    look = _Look(book, chosen, at)
    suspicious = look.suspicious()
    plans: dict[int, list[Change]] = {}
    for position in look.sound:
        row = book.rules[position].row
        keys, own = suspicious.get(position), remembered.get(row.pk, {})
        plan: list[Change] | None = []
        if keys is not None or own:
            seen, watch = look.seen(position), memory.watch(position, at)
            plan = isolated(row, partial(plan_rule, row, seen, keys or (), own, watch, at))
        if plan is not None:
            plans[position] = plan
    return plans


class _Look:
    """One look at the values of all series that the rules of one evaluation watch."""

    def __init__(self, book: Rulebook, chosen: Sequence[int], at: datetime) -> None:
        plain = [rule for rule in book.rules if rule.expression is None]
        view = unsealed.view(with_newest=True)
        self._rules = book.rules
        self._at = at
        self._table = table_of(view, frozenset(rule.row.metric_name for rule in plain))
        self._table.keep_only(plain)
        self._watched: dict[int, Watched] = {}
        self._watch(chosen)
        self._values = read_values(view, self._table, self._wanted(), at)
        self._seen: dict[int, RuleSeen] = {}
        self._oldest: dict[timedelta, int] = {}

    @property
    def sound(self) -> Sequence[int]:
        """The rules of which nothing odd has been found so far."""
        return list(self._watched)

    def seen(self, position: int) -> RuleSeen:
        """Return what a rule sees. Raises KeyError if the samples of its window could not be read."""
        known = self._seen.get(position)
        if known is None:
            rule = self._rules[position]
            values = self._values[rule.source]
            known = seen_by(rule, self._table, self._watched[position], values, self._at)
            self._seen[position] = known
        return known

    def suspicious(self) -> dict[int, list[int]]:
        """Return the keys that may breach, by rule; none for a rule that has to judge that there is no series."""
        found: dict[int, list[int]] = {}
        alike: dict[Source, list[Suspect]] = defaultdict(list)
        for position in self.sound:
            rule = self._rules[position]
            if self._watched[position].groups is None and rule.source in self._values:
                alike[rule.source].append(self._suspect(position, rule))
            else:
                self._screen_alone(position, found)
        for source, suspects in alike.items():
            values = self._values[source]
            found |= screen(suspects, values.values, values.newest_ms)
        for position in self.sound:
            if _may_judge_nothing(self._rules[position]) and not self.seen(position).is_any:
                found.setdefault(position, [])
        return found

    def _screen_alone(self, position: int, found: dict[int, list[int]]) -> None:
        seen = isolated(self._rules[position].row, partial(self.seen, position))
        if seen is None:
            del self._watched[position]
            return
        oldest_ms = self._oldest_ms(self._rules[position])
        found |= screen(
            [seen.suspect(position, oldest_ms)], seen.values.values, seen.values.newest_ms
        )

    def _suspect(self, position: int, rule: CompiledRule) -> Suspect:
        watched, terms = self._watched[position], rule.terms
        return Suspect(
            position,
            watched.positions,
            terms.condition,
            terms.threshold,
            watched.thresholds,
            self._oldest_ms(rule),
            terms.no_data is NoData.FIRE,
        )

    def _oldest_ms(self, rule: CompiledRule) -> int:
        stale_after = rule.terms.stale_after
        known = self._oldest.get(stale_after)
        if known is None:
            known = self._oldest[stale_after] = ceil_ms(self._at - stale_after)
        return known

    def _watch(self, chosen: Sequence[int]) -> None:
        for position in chosen:
            rule = self._rules[position]
            watched = isolated(rule.row, partial(self._table.watched, rule))
            if watched is not None:
                self._watched[position] = watched

    def _wanted(self) -> dict[Source, Positions]:
        """Return the series of which more than the newest value is asked for."""
        wanted: dict[Source, list[Positions]] = defaultdict(list)
        for position, watched in self._watched.items():
            if self._rules[position].source != NEWEST:
                wanted[self._rules[position].source].append(watched.positions)
        return {source: np.unique(np.concatenate(each)) for source, each in wanted.items()}


def _may_judge_nothing(rule: CompiledRule) -> bool:
    return rule.terms.no_data is NoData.FIRE or rule.source.aggregation == Aggregation.ABSENT
