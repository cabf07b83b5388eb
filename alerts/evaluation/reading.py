"""What one look at one series says: breach, over, or nothing."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.evaluation.conditions import holds
from alerts.evaluation.watch import Watch


class NoData(StrEnum):
    """What a rule makes of a series that stopped reporting."""

    KEEP = "keep"
    FIRE = "fire"
    RESOLVE = "resolve"


class Signal(StrEnum):
    """What an evaluation learnt."""

    BREACH = "breach"
    OVER = "over"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """The arithmetic part of a rule; `threshold` is in the unit of the metric.

    `hold` is how long a breach must last; `interval` is the period of evaluations; a newest value older than
    `stale_after` is silence; `snooze` is how long a resolution by a person is believed against the values.
    """

    condition: str
    threshold: float
    hold: timedelta
    no_data: NoData
    interval: timedelta
    stale_after: timedelta
    snooze: timedelta


@dataclass(frozen=True, slots=True)
class Observation:
    """The newest value of one series, in the unit of the metric, and its instant."""

    value: float
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """A signal, and since when the series has been silent if that is what it rests on."""

    signal: Signal
    silent_since: datetime | None = None


def read(observation: Observation | None, rule: RuleTerms, watch: Watch, at: datetime) -> Reading:
    """Return what `observation` means at `at` under the terms of `rule`; None is a series without any value.

    A fresh number is a breach or it is not. Silence is judged by the rule's policy once it has lasted longer
    than `stale_after` within the present run of evaluations; until then, and for NaN, nothing is known.
    """
    if observation is None:
        return _judge_silence(watch.since, rule, watch, at)
    if math.isnan(observation.value):
        return Reading(Signal.UNKNOWN)
    if at - observation.seen_at > rule.stale_after:
        return _judge_silence(observation.seen_at, rule, watch, at)
    breached = holds(observation.value, rule.condition, rule.threshold)
    return Reading(Signal.BREACH if breached else Signal.OVER)


def _judge_silence(since: datetime, rule: RuleTerms, watch: Watch, at: datetime) -> Reading:
    if at - max(since, watch.since) <= rule.stale_after:
        return Reading(Signal.UNKNOWN)
    return Reading(_SIGNAL_OF_SILENCE[rule.no_data], since)


_SIGNAL_OF_SILENCE = {
    NoData.KEEP: Signal.UNKNOWN,
    NoData.FIRE: Signal.BREACH,
    NoData.RESOLVE: Signal.OVER,
}
