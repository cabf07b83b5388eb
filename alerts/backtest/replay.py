"""A rule over stored samples: the alerts that evaluations at given instants would have raised.

It reads and decides by the functions of live evaluations; arrays only find the evaluations at which something can
happen. It differs from what was live in one thing: samples are there from their own instant on, however late they came.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from alerts.backtest.courses import Course, count_of, courses_of
from alerts.backtest.episodes import Episode, episodes_of
from alerts.backtest.spec import MICROSECOND, Clock, RuleSpec
from alerts.evaluation.conditions import breaches
from alerts.evaluation.grouping import Subject
from alerts.evaluation.observing import absence, observe
from alerts.evaluation.overrides import threshold_for
from alerts.evaluation.reading import NoData, Observation, Reading, RuleTerms, Signal, read
from alerts.evaluation.windows import Samples
from monitoring.storage.instants import from_ms
from monitoring.types import SeriesRef

__all__ = ["Episode", "replay"]


def replay(
    spec: RuleSpec,
    refs: Sequence[SeriesRef],
    samples: Samples,
    clock: Clock,
    progress: Callable[[float], None] | None = None,
) -> list[Episode]:
    """Return the alerts of the rule in the order in which they would have fired.

    `refs` are the series that it watches, `samples` theirs in the same order. Samples from before the first instant
    are what is known then: without those of the window, and the newest one before it, the first evaluations know
    less than live ones did. `progress` is told the share that is done, up to 1.
    """
    total = count_of(spec, refs) + 1
    episodes: list[Episode] = []
    for done, course in enumerate(courses_of(spec, refs, samples, clock), start=1):
        seen = Seen(course, spec, clock)
        episodes += episodes_of(seen, seen.terms, spec.flaps, clock)
        if progress is not None:
            progress(done / total)
    return sorted(episodes, key=lambda episode: (episode.fired_at, episode.fingerprint))


class Seen:
    """The readings of one course; see episodes.Readings."""

    def __init__(self, course: Course, spec: RuleSpec, clock: Clock) -> None:
        self._course = course
        self._spec = spec
        self._clock = clock
        self.terms = _terms(spec, course.subject)
        exists = course.newest_ms >= 0
        stale_us = self.terms.stale_after // MICROSECOND
        silent = exists & (course.newest_ms * 1_000 < clock.us - stale_us)
        known = exists & ~silent & self._has_enough()
        self._breaches = known & breaches(course.values, self.terms.condition, self.terms.threshold)
        # What stands for no series at all is looked at one by one while there is none.
        nothing = ~exists & course.is_of_nothing
        judged = nothing & (np.arange(len(clock)) < course.gone_from)
        begins = self._breaches | judged | (silent & (self.terms.no_data is NoData.FIRE))
        ends = known & ~self._breaches & ~np.isnan(course.values)
        ends |= nothing | (silent & (self.terms.no_data is NoData.RESOLVE))
        self.may_begin = np.flatnonzero(begins)
        self.may_end = np.flatnonzero(ends)

    @property
    def subject(self) -> Subject:
        return self._course.subject

    def reading(self, number: int) -> Reading:
        """Return what the evaluation of that number reads."""
        if self._course.newest_ms[number] < 0 and number >= self._course.gone_from:
            return Reading(Signal.OVER)
        at, watch = self._clock.instants[number], self._clock.watches[number]
        return read(self._observation(number), self.terms, watch, at)

    def value(self, number: int) -> float | None:
        """Return the value that breaches in that evaluation, None if it is silence."""
        return float(self._course.values[number]) if self._breaches[number] else None

    def peak(self, first: int, last: int) -> float | None:
        """Return the value farthest into the breach among those evaluations."""
        own = slice(first, last + 1)
        values = self._course.values[own][self._breaches[own]]
        if not len(values):
            return None
        if self.terms.condition in (">", ">="):
            return float(values.max())
        if self.terms.condition in ("<", "<="):
            return float(values.min())
        return float(values[np.argmax(np.abs(values - self.terms.threshold))])

    def _observation(self, number: int) -> Observation | None:
        at, watch = self._clock.instants[number], self._clock.watches[number]
        newest_ms = int(self._course.newest_ms[number])
        if self._spec.aggregation == "absent":
            value = 1.0 if newest_ms < 0 else float(self._course.values[number])
            return Observation(absence(value, self._spec.window, watch, at), at)
        if newest_ms < 0:
            return None
        value, samples = float(self._course.values[number]), self._course.samples
        count = None if samples is None else int(samples[number])
        return observe(value, from_ms(newest_ms), count, self.terms, at)

    def _has_enough(self) -> NDArray[np.bool_]:
        samples = self._course.samples
        if samples is None or self._spec.aggregation == "absent":
            return np.ones(len(self._clock), np.bool_)
        return samples >= self.terms.minimum_samples


def _terms(spec: RuleSpec, subject: Subject) -> RuleTerms:
    if not spec.overrides:
        return spec.terms
    own = spec.terms.threshold, spec.terms.recovery_threshold
    threshold, recovery = threshold_for(spec.overrides, subject.all_labels, *own)
    return spec.terms.at_threshold(threshold, recovery)
