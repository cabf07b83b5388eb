"""A composite rule over the alerts that other rules would have raised."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from alerts.backtest.episodes import Episode, episodes_of
from alerts.backtest.spec import NEVER, Clock, Flaps
from alerts.evaluation.expression import Expression
from alerts.evaluation.grouping import Subject, projection, subject_of
from alerts.evaluation.reading import Reading, RuleTerms, Signal

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CompositeSpec:
    """A composite rule as evaluations understand it; of `terms` the waits count."""

    expression: Expression
    terms: RuleTerms
    group_by: tuple[str, ...] = ()
    flaps: Flaps = NEVER


def replay_composite(
    spec: CompositeSpec, operands: Mapping[str, Sequence[Episode]], clock: Clock
) -> list[Episode]:
    """Return the alerts of the rule in the order in which they would have fired.

    `operands` are the replays, over the same instants, of the rules that the expression names; one that is missing
    never fires. An alert counts from the evaluation that fires it to before the one that resolves it, because a
    composite rule is evaluated after those that it names.
    """
    episodes: list[Episode] = []
    for subject, own in _groups(spec, operands):
        readings = _Firing(subject, _held(spec.expression, own, clock))
        episodes += episodes_of(readings, spec.terms, spec.flaps, clock)
    return sorted(episodes, key=lambda episode: (episode.fired_at, episode.fingerprint))


def _groups(
    spec: CompositeSpec, operands: Mapping[str, Sequence[Episode]]
) -> Iterator[tuple[Subject, Mapping[str, Sequence[Episode]]]]:
    """Yield the alerts that agree in the labels of `group_by`, by name of their rule."""
    groups: dict[tuple[str, ...], dict[str, list[Episode]]] = defaultdict(lambda: defaultdict(list))
    for name in sorted(spec.expression.names()):
        for episode in operands.get(name, ()):
            values = projection(episode.service, episode.labels, spec.group_by)
            groups[values][name].append(episode)
    for values, own in groups.items():
        yield subject_of(spec.group_by, values), own


def _held(expression: Expression, operands: Mapping[str, Sequence[Episode]], clock: Clock) -> Mask:
    """Say of each evaluation whether the expression holds; it is asked only where something changes."""
    names = sorted(operands)
    firing = np.array([_firing(operands[name], clock) for name in names])
    changed = np.any(firing[:, 1:] != firing[:, :-1], axis=0)
    borders = [0, *(np.flatnonzero(changed) + 1).tolist(), len(clock)]
    held = np.zeros(len(clock), np.bool_)
    for start, end in pairwise(borders):
        fires = [name for name, is_firing in zip(names, firing[:, start], strict=True) if is_firing]
        held[start:end] = expression.holds(fires)
    return held


def _firing(episodes: Sequence[Episode], clock: Clock) -> Mask:
    firing = np.zeros(len(clock), np.bool_)
    for episode in episodes:
        first = clock.number_of(episode.fired_at)
        last = len(clock) if episode.resolved_at is None else clock.number_of(episode.resolved_at)
        firing[first:last] = True
    return firing


class _Firing:
    """The readings of one group; see episodes.Readings."""

    def __init__(self, subject: Subject, held: Mask) -> None:
        self.subject = subject
        self.may_begin: Integers = np.flatnonzero(held)
        self.may_end: Integers = np.flatnonzero(~held)
        self._held = held

    def reading(self, number: int) -> Reading:
        return Reading(Signal.BREACH if self._held[number] else Signal.OVER)

    def value(self, number: int) -> float | None:
        return None

    def peak(self, first: int, last: int) -> float | None:
        return None
