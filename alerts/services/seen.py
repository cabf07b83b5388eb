"""What one rule sees in one evaluation: its series each by itself, or combined to groups."""

import math
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from alerts.evaluation.combining import combine, newest_of, samples_of, without_stale
from alerts.evaluation.grouping import Subject
from alerts.evaluation.observing import absence, observe
from alerts.evaluation.reading import NoData, Observation, RuleTerms
from alerts.evaluation.watch import Watch
from alerts.models.choices import Aggregation
from alerts.services.groups import Groups
from alerts.services.rulebook import CompiledRule
from alerts.services.screening import Suspect
from alerts.services.series_table import SeriesTable, Watched
from alerts.services.source_values import Values
from monitoring.query.newest import ceil_ms
from monitoring.storage.instants import from_ms


class _Names(Protocol):
    """What keys stand for, and where in arrays of thresholds they are."""

    @property
    def keys(self) -> NDArray[np.int64]: ...

    def key_of(self, fingerprint: str) -> int | None: ...

    def subject(self, key: int) -> Subject: ...

    def slot(self, key: int) -> int: ...


class RuleSeen:
    """What a rule sees: `values` by key, as plan.Seen asks for it. Instants are in ms since the epoch."""

    def __init__(
        self, rule: CompiledRule, watched: Watched, names: _Names, values: Values, at: datetime
    ) -> None:
        self._rule = rule
        self._watched = watched
        self._names = names
        self._values = values
        self._at = at

    @property
    def is_any(self) -> bool:
        """Say whether there is a series at all, however silent."""
        return bool((self._values.newest_ms[self._names.keys] >= 0).any())

    def suspect(self, number: int, oldest_ms: int) -> Suspect:
        """Return what is to be compared, under the number that the caller gives the rule."""
        terms = self._rule.terms
        return Suspect(
            number,
            self._names.keys,
            terms.condition,
            terms.threshold,
            self._watched.thresholds,
            oldest_ms,
            terms.no_data is NoData.FIRE,
        )

    @property
    def values(self) -> Values:
        """Return the numbers by key."""
        return self._values

    def key_of(self, fingerprint: str) -> int | None:
        """Return the key of a fingerprint; None if nothing of that name is seen."""
        key = self._names.key_of(fingerprint)
        return None if key is None or self._values.newest_ms[key] < 0 else key

    def subject(self, key: int) -> Subject:
        """Return what the key stands for."""
        return self._names.subject(key)

    def observation(self, key: int | None, watch: Watch) -> Observation | None:
        """Return what is known of it; None for no key and where nothing ever was reported."""
        if key is None:
            return Observation(self._absence(1.0, watch), self._at, 0) if self._is_absence else None
        value = float(self._values.values[key])
        seen_at = from_ms(int(self._values.newest_ms[key]))
        samples = None if self._values.samples is None else int(self._values.samples[key])
        if self._is_absence:
            # How many samples there are is the very question.
            return Observation(self._absence(value, watch), seen_at)
        return observe(value, seen_at, samples, self._rule.terms, self._at)

    def terms(self, key: int | None) -> RuleTerms:
        """Return the terms with the thresholds that count for it."""
        terms, watched = self._rule.terms, self._watched
        if key is None or watched.thresholds is None or watched.recoveries is None:
            return terms
        slot = self._names.slot(key)
        recovery = float(watched.recoveries[slot])
        return terms.at_threshold(
            float(watched.thresholds[slot]), None if math.isnan(recovery) else recovery
        )

    @property
    def _is_absence(self) -> bool:
        return self._rule.source.aggregation == Aggregation.ABSENT

    def _absence(self, value: float, watch: Watch) -> float:
        window = timedelta(seconds=self._rule.source.window_seconds)
        return absence(value, window, watch, self._at)


class _Series:
    """A key is a position in the table."""

    def __init__(self, rule: CompiledRule, table: SeriesTable, watched: Watched) -> None:
        self.keys = watched.positions
        self._metric = rule.row.metric_name
        self._table = table

    def key_of(self, fingerprint: str) -> int | None:
        place = self._table.place(self._metric, fingerprint)
        if place is None:
            return None
        slot = self.slot(place)
        is_mine = slot < len(self.keys) and self.keys[slot] == place
        return place if is_mine else None

    def subject(self, key: int) -> Subject:
        ref = self._table.refs[key]
        return Subject(self._table.fingerprint(key), ref.service, ref.labels)

    def slot(self, key: int) -> int:
        return int(np.searchsorted(self.keys, key))


class _Groups:
    """A key is the number of a group."""

    def __init__(self, groups: Groups) -> None:
        self.keys = np.arange(len(groups.subjects))
        self._groups = groups

    def key_of(self, fingerprint: str) -> int | None:
        return self._groups.places.get(fingerprint)

    def subject(self, key: int) -> Subject:
        return self._groups.subjects[key]

    def slot(self, key: int) -> int:
        return key


def seen_by(
    rule: CompiledRule, table: SeriesTable, watched: Watched, values: Values, at: datetime
) -> RuleSeen:
    """Return what the rule sees at `at` in the numbers of its source."""
    if watched.groups is None:
        return RuleSeen(rule, watched, _Series(rule, table, watched), values, at)
    combined = _combined(rule, watched, watched.groups, values, at)
    return RuleSeen(rule, watched, _Groups(watched.groups), combined, at)


def _combined(
    rule: CompiledRule, watched: Watched, groups: Groups, values: Values, at: datetime
) -> Values:
    number, count = groups.numbers, len(groups.subjects)
    newest_ms = values.newest_ms[watched.positions]
    oldest_ms = ceil_ms(at - rule.terms.stale_after)
    own = without_stale(values.values[watched.positions], newest_ms, oldest_ms)
    samples = ~np.isnan(own) if values.samples is None else values.samples[watched.positions]
    return Values(
        combine(own, number, count, rule.row.combine),
        newest_of(newest_ms, number, count),
        samples_of(samples.astype(np.int64), number, count),
    )
