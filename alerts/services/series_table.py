"""Which series each rule watches: positions in one table of all series of all metrics that rules name."""

import os
import threading
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from alerts.evaluation.fingerprint import fingerprint
from alerts.evaluation.matching import SERVICE
from alerts.evaluation.overrides import threshold_for
from alerts.services.groups import Groups, groups_of
from alerts.services.rulebook import CompiledRule
from monitoring.query.catalogue import CATALOGUE
from monitoring.query.series import ids_of_metrics
from monitoring.storage.unsealed import View
from monitoring.types import SeriesRef

Positions = NDArray[np.int64]
Floats = NDArray[np.float64]

_NONE = np.empty(0, np.int64)

# What View.catalogue says, and the metrics that were asked for.
_Asked = tuple[tuple[Hashable, ...], frozenset[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """The series of one rule, and what does not change about them.

    `thresholds` and `recoveries` (NaN: none) are one for each position or group, None where overrides say nothing.
    `groups` is None unless the rule combines.
    """

    positions: Positions
    groups: Groups | None
    thresholds: Floats | None
    recoveries: Floats | None


class SeriesTable:
    """All series of some metrics, in the order of metric, service and labels.

    The cost of a rule is the series it matches: hundreds of rules that each watch one service of a metric must not
    each walk through all of its series.
    """

    def __init__(self, ids: NDArray[np.int32], refs: Sequence[SeriesRef]) -> None:
        self.ids = ids
        self.refs = refs
        self._spans = _spans(refs)
        self._by_value: dict[tuple[str, str], Mapping[str, Positions]] = {}
        self._fingerprints: list[str | None] = [None] * len(refs)
        self._places: dict[str, Mapping[str, int]] = {}
        self._watched: dict[CompiledRule, Watched] = {}

    def watched(self, rule: CompiledRule) -> Watched:
        """Return the series of a rule. Raises TypeError or AttributeError if its row is odd."""
        known = self._watched.get(rule)
        if known is None:
            known = self._watched[rule] = self._watch(rule)
        return known

    def fingerprint(self, position: int) -> str:
        """Return the name of a series within a rule."""
        known = self._fingerprints[position]
        if known is None:
            ref = self.refs[position]
            known = self._fingerprints[position] = fingerprint(ref.service, ref.labels)
        return known

    def place(self, metric: str, name: str) -> int | None:
        """Return the position of the series of that fingerprint, None if the metric has none."""
        places = self._places.get(metric)
        if places is None:
            places = {self.fingerprint(each): each for each in range(*self._span(metric))}
            self._places[metric] = places
        return places.get(name)

    def keep_only(self, rules: Sequence[CompiledRule]) -> None:
        """Forget rules that are out of use, or were changed since."""
        if len(self._watched) > 2 * len(rules):
            self._watched = {rule: self._watched[rule] for rule in rules if rule in self._watched}

    def _watch(self, rule: CompiledRule) -> Watched:
        row = rule.row
        positions = self._matching(row.metric_name, row.label_matchers)
        groups = None
        if row.combine:
            groups = groups_of([self.refs[each] for each in positions.tolist()], row.group_by)
        if not rule.overrides:
            return Watched(positions, groups, None, None)
        labels = groups.all_labels() if groups else self._all_labels(positions)
        terms = rule.terms
        pairs = [
            threshold_for(rule.overrides, each, terms.threshold, terms.recovery_threshold)
            for each in labels
        ]
        thresholds = np.array([threshold for threshold, _ in pairs], np.float64)
        recoveries = [np.nan if recovery is None else recovery for _, recovery in pairs]
        return Watched(positions, groups, thresholds, np.array(recoveries, np.float64))

    def _all_labels(self, positions: Positions) -> Iterator[Mapping[str, str]]:
        for each in positions.tolist():
            ref = self.refs[each]
            yield {**ref.labels, SERVICE: ref.service}

    def _matching(self, metric: str, matchers: Mapping[str, str]) -> Positions:
        """Return the series that carry each label with exactly its value, an empty value: that do not carry it."""
        found: Positions | None = None
        for label, value in matchers.items():
            having = self._having(metric, label).get(value, _NONE)
            found = having if found is None else np.intersect1d(found, having, assume_unique=True)
        return np.arange(*self._span(metric)) if found is None else found

    def _having(self, metric: str, label: str) -> Mapping[str, Positions]:
        known = self._by_value.get((metric, label))
        if known is None:
            found: dict[str, list[int]] = defaultdict(list)
            for position in range(*self._span(metric)):
                ref = self.refs[position]
                value = ref.service if label == SERVICE else ref.labels.get(label, "")
                found[value].append(position)
            known = {value: np.array(each, np.int64) for value, each in found.items()}
            self._by_value[metric, label] = known
        return known

    def _span(self, metric: str) -> tuple[int, int]:
        return self._spans.get(metric, (0, 0))


class TableCache:
    """Keeps the table until series or metrics change. May be used by several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: _Asked | None = None
        self._table: SeriesTable | None = None

    def table(self, view: View, metrics: frozenset[str]) -> SeriesTable:
        """Return the table of all series of the metrics."""
        asked = None if view.catalogue is None else (view.catalogue, metrics)
        with self._lock:
            known, before = self._table, self._asked
        if known is not None and asked is not None and asked == before:
            return known
        ids = ids_of_metrics(view, metrics, None)
        if known is None or not _is_same(asked, before) or not np.array_equal(known.ids, ids):
            known = _table(view, ids)
        if asked is not None:
            with self._lock:
                self._asked, self._table = asked, known
        return known


def table_of(view: View, metrics: frozenset[str]) -> SeriesTable:
    """Return the table of all series of the metrics, as the view shows them."""
    return _cache.table(view, metrics)


def begin_anew() -> None:
    """Forget what this process knows; a fork calls it, for another thread may have held the lock."""
    global _cache  # noqa: PLW0603 - one for each process
    _cache = TableCache()


_cache = TableCache()
os.register_at_fork(after_in_child=begin_anew)


def _is_same(asked: _Asked | None, before: _Asked | None) -> bool:
    """Say whether a series number means now what it meant before: series were added elsewhere, none was removed."""
    return asked is not None and before is not None and asked[0][0] == before[0][0]


def _table(view: View, ids: NDArray[np.int32]) -> SeriesTable:
    known = CATALOGUE.series(view.catalogue, ids.tolist())
    found = [number for number in ids.tolist() if number in known]
    return SeriesTable(np.array(found, np.int32), [known[number] for number in found])


def _spans(refs: Sequence[SeriesRef]) -> dict[str, tuple[int, int]]:
    spans: dict[str, tuple[int, int]] = {}
    start = 0
    for metric, members in groupby(ref.metric for ref in refs):
        end = start + sum(1 for _ in members)
        spans[metric] = (start, end)
        start = end
    return spans
