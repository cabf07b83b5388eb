"""Steps the live state machine over the readings of one subject; what cannot change anything is skipped."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from alerts.backtest.spec import Clock, Flaps
from alerts.evaluation.flapping import is_flapping
from alerts.evaluation.grouping import Subject
from alerts.evaluation.reading import Reading, RuleTerms
from alerts.evaluation.state import Action, Decision, OpenAlert, Phase, next_state

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Episode:
    """One alert as it would have been, from its first breach; `resolved_at` is None if it fires to the end.

    `value_at_fire` and `peak`, the value farthest into the breach, are in the unit of the metric; None if it rests on
    silence or on other rules.
    """

    fingerprint: str
    labels: Mapping[str, str]
    started_at: datetime
    fired_at: datetime
    resolved_at: datetime | None
    value_at_fire: float | None
    peak: float | None
    flapping: bool
    service: str = ""


class Readings(Protocol):
    """What evaluations read of one subject; an evaluation is named by its number in the clock.

    `may_begin` and `may_end` are numbers of evaluations, ascending: all that may be a breach, and all that may be
    over. At others an evaluation without an alert does nothing, and one that fires goes on as it is.
    """

    @property
    def subject(self) -> Subject: ...

    @property
    def may_begin(self) -> Integers: ...

    @property
    def may_end(self) -> Integers: ...

    def reading(self, number: int) -> Reading: ...

    def value(self, number: int) -> float | None: ...

    def peak(self, first: int, last: int) -> float | None: ...


def episodes_of(readings: Readings, terms: RuleTerms, flaps: Flaps, clock: Clock) -> list[Episode]:
    """Return the alerts that would have fired, in the order in which they did."""
    walk = _Walk(readings, terms, flaps, clock)
    number = walk.next_of_interest(0)
    while number < len(clock):
        walk.evaluate(number)
        number = walk.next_of_interest(number + 1)
    return walk.finished()


class _Walk:
    """One subject on its way through time."""

    def __init__(self, readings: Readings, terms: RuleTerms, flaps: Flaps, clock: Clock) -> None:
        self._readings = readings
        self._terms = terms
        self._flaps = flaps
        self._clock = clock
        self._alert: OpenAlert | None = None
        self._begun = 0
        self._fired: int | None = None
        self._firings: list[datetime] = []
        self._episodes: list[Episode] = []

    def next_of_interest(self, number: int) -> int:
        """Return the next evaluation from `number` on that may change what is remembered."""
        if self._alert is None:
            return self._next(self._readings.may_begin, number)
        if self._alert.phase is Phase.FIRING and self._alert.over_since is None:
            return self._next(self._readings.may_end, number)
        return number

    def evaluate(self, number: int) -> None:
        """Take the step that a live evaluation would take."""
        at, watch = self._clock.instants[number], self._clock.watches[number]
        reading = self._readings.reading(number)
        decision = next_state(self._alert, reading, self._terms, watch, at)
        self._remember(decision, number)

    def finished(self) -> list[Episode]:
        """Return the episodes; the last one may still fire."""
        if self._fired is not None:
            self._close(None)
        return self._episodes

    def _next(self, numbers: Integers, number: int) -> int:
        place = int(np.searchsorted(numbers, number))
        return int(numbers[place]) if place < len(numbers) else len(self._clock)

    def _remember(self, decision: Decision, number: int) -> None:
        match decision.action:
            case Action.START:
                self._begun = number
                self._alert = self._opened(Phase.PENDING, decision, number)
            case Action.FIRE:
                self._fire(decision, number)
            case Action.KEEP if self._alert is not None:
                self._alert = replace(
                    self._alert,
                    held_from=decision.held_from or self._alert.held_from,
                    no_data_since=decision.no_data_since,
                    over_since=decision.over_since,
                )
            case Action.RESOLVE:
                self._close(number)
            case Action.FORGET:
                self._alert = None

    def _opened(self, phase: Phase, decision: Decision, number: int) -> OpenAlert:
        held_from = decision.held_from or self._clock.instants[number]
        return OpenAlert(phase, held_from, decision.no_data_since)

    def _fire(self, decision: Decision, number: int) -> None:
        at, flaps = self._clock.instants[number], self._flaps
        if self._alert is None:
            self._begun = number
        flapping = is_flapping(self._firings, at, firings=flaps.firings, window=flaps.window)
        recent = [fired_at for fired_at in self._firings if fired_at > at - flaps.window]
        self._firings = [*recent, at]
        self._fired = number
        self._alert = replace(self._opened(Phase.FIRING, decision, number), flapping=flapping)

    def _close(self, number: int | None) -> None:
        """Write down the alert that ends with the evaluation `number`, or fires to the end."""
        fired, alert = self._fired, self._alert
        if fired is None or alert is None:
            return
        instants, subject = self._clock.instants, self._readings.subject
        last = len(self._clock) - 1 if number is None else number
        self._episodes.append(
            Episode(
                subject.fingerprint,
                subject.labels,
                started_at=instants[self._begun],
                fired_at=instants[fired],
                resolved_at=None if number is None else instants[number],
                value_at_fire=self._readings.value(fired),
                peak=self._readings.peak(self._begun, last),
                flapping=alert.flapping,
                service=subject.service,
            )
        )
        self._alert, self._fired = None, None
