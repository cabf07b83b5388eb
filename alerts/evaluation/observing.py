"""From the number of a window or group to what is read of it."""

import math
from datetime import datetime, timedelta

from alerts.evaluation.reading import Observation, RuleTerms
from alerts.evaluation.watch import Watch


def observe(
    value: float, seen_at: datetime, samples: int | None, rule: RuleTerms, at: datetime
) -> Observation:
    """Return what is known at `at`; `seen_at` is the instant of the newest sample, within the window or before it.

    A window or group that is empty has no value. As long as its newest sample is no silence nothing is known; then
    only the age counts.
    """
    if math.isnan(value) and at - seen_at > rule.stale_after:
        return Observation(0.0, seen_at, samples)
    return Observation(value, seen_at, samples)


def absence(value: float, window: timedelta, watch: Watch, at: datetime) -> float:
    """Return the number of `absent` (0.0: something was reported), NaN while it proves nothing.

    While nobody evaluated, most likely nobody collected either: an empty window counts once all of it lies in the
    present run of evaluations.
    """
    return math.nan if value and at - watch.since < window else value
