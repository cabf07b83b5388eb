"""What one look at one series says: breach, over, between the two, or nothing."""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.evaluation.conditions import has_recovered, holds
from alerts.evaluation.watch import Watch


class NoData(StrEnum):
    """What a rule makes of a series that stopped reporting."""

    KEEP = "keep"
    FIRE = "fire"
    RESOLVE = "resolve"


class Signal(StrEnum):
    """What an evaluation learnt."""

    BREACH = "breach"
    BETWEEN = "between"  # no breach, yet not beyond the recovery threshold: what fires goes on
    OVER = "over"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """The arithmetic part of a rule; `threshold` and `recovery_threshold` are in the unit of the metric.

    `hold` is how long a breach must last, `keep_firing_for` how long it must be over, and `flap_quiet` how long
    if the alert flaps (all three as `hold_of` returns them); `interval` is the period of evaluations; a newest
    value older than `stale_after` is silence; `snooze` is how long a resolution by a person is believed against the
    values; with less than `minimum_samples` behind a value nothing is known.
    """

    condition: str
    threshold: float
    hold: timedelta
    no_data: NoData
    interval: timedelta
    stale_after: timedelta
    snooze: timedelta
    recovery_threshold: float | None = None
    keep_firing_for: timedelta = timedelta()
    minimum_samples: int = 0
    flap_quiet: timedelta = timedelta(minutes=10)

    def at_threshold(self, threshold: float, recovery: float | None) -> "RuleTerms":
        """Return these terms for a series that has a threshold, and a recovery threshold, of its own."""
        if (threshold, recovery) == (self.threshold, self.recovery_threshold):
            return self
        return replace(self, threshold=threshold, recovery_threshold=recovery)


@dataclass(frozen=True, slots=True)
class Observation:
    """What is known of one series, in the unit of the metric, and the instant of its newest sample.

    `samples` is the number of samples behind the value; None if that does not matter (the newest value by itself).
    """

    value: float
    seen_at: datetime
    samples: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal, and since when the series has been silent if that is what it rests on."""

    signal: Signal
    silent_since: datetime | None = None


def read(observation: Observation | None, rule: RuleTerms, watch: Watch, at: datetime) -> Reading:
    """Return what `observation` means at `at` under the terms of `rule`; None is a series without any value.

    A fresh number is a breach, or between the thresholds, or over. Silence is judged by the rule's policy once it
    has lasted longer than `stale_after` within the present run of evaluations; until then, for NaN and for too few
    samples, nothing is known.
    """
    if observation is None:
        return _judge_silence(watch.since, rule, watch, at)
    if math.isnan(observation.value):
        return Reading(Signal.UNKNOWN)
    if at - observation.seen_at > rule.stale_after:
        return _judge_silence(observation.seen_at, rule, watch, at)
    if observation.samples is not None and observation.samples < rule.minimum_samples:
        return Reading(Signal.UNKNOWN)
    return Reading(_signal_of(observation.value, rule))


def _signal_of(value: float, rule: RuleTerms) -> Signal:
    if holds(value, rule.condition, rule.threshold):
        return Signal.BREACH
    recovered = has_recovered(value, rule.condition, rule.threshold, rule.recovery_threshold)
    return Signal.OVER if recovered else Signal.BETWEEN


def _judge_silence(since: datetime, rule: RuleTerms, watch: Watch, at: datetime) -> Reading:
    if at - max(since, watch.since) <= rule.stale_after:
        return Reading(Signal.UNKNOWN)
    return Reading(_SIGNAL_OF_SILENCE[rule.no_data], since)


_SIGNAL_OF_SILENCE = {
    NoData.KEEP: Signal.UNKNOWN,
    NoData.FIRE: Signal.BREACH,
    NoData.RESOLVE: Signal.OVER,
}
