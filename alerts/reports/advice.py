"""What would make a rule quieter, judged by what it did. Pure: no Django, no clock, no database.

Advice is data: `change` holds fields of the rule, so that a backtest can try them before anybody
follows it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from alerts.reports.facts import Firing, RuleFacts
from alerts.reports.proof import Proof

_QUICK_SECONDS = 300.0
_FEWEST = 5  # firings; of fewer no habit can be told
_MOSTLY = 0.5  # share of quick firings from which waiting longer is worth its price
_HIDE = 0.9  # share of the quick firings that the longer wait should hide
_STEP_SECONDS = 60  # a wait is proposed in whole minutes: rules are evaluated each minute
_UNHEARD_FOR = timedelta(weeks=4)
_BACK_OFF = 0.1  # of the threshold: how far a value must come back


class AdviceKind(StrEnum):
    """What to do about a rule."""

    LONGER_DURATION = "longer_duration"
    RECOVERY_THRESHOLD = "recovery_threshold"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Advice:
    """One proposal, with what it would have hidden (percent of the firings) and delayed (seconds).

    `proof` is the backtest of the change if somebody asked for one.
    """

    kind: AdviceKind
    reason: str
    change: Mapping[str, Any] = field(default_factory=dict)
    hides_percent: float | None = None
    delays_seconds: float | None = None
    proof: Proof | None = None

    @property
    def is_provable(self) -> bool:
        """Whether a backtest can say what it would change: it proposes other terms, not to switch the rule off."""
        return bool(self.change) and "enabled" not in self.change


def advice_for(rule: RuleFacts, firings: Sequence[Firing], *, over: timedelta) -> list[Advice]:
    """Return what to change about a rule, given its firings within `over`; often nothing.

    A rule that nobody heeds is not worth tuning: that advice stands alone. One that is switched off
    makes no noise any more.
    """
    if not rule.enabled:
        return []
    retire = _retire(firings, over)
    if retire:
        return [retire]
    found = (_longer_duration(rule, firings), _recovery_threshold(rule, firings))
    return [advice for advice in found if advice]


def _longer_duration(rule: RuleFacts, firings: Sequence[Firing]) -> Advice | None:
    """Propose to wait longer where most firings end by themselves before anybody could help.

    A firing that lasted no longer than the additional wait would not have been: it was over at the
    evaluation that would have fired it. What the rule holds an alert beyond its breach (`keep_firing_for`)
    is no part of that.
    """
    lengths = sorted(
        length for firing in firings if (length := _breach_seconds(rule, firing)) is not None
    )
    quick = [length for length in lengths if length <= _QUICK_SECONDS]
    if len(firings) < _FEWEST or len(quick) < _MOSTLY * len(firings):
        return None
    wanted = quick[math.ceil(_HIDE * len(quick)) - 1]
    more = max(1, math.ceil(wanted / _STEP_SECONDS)) * _STEP_SECONDS
    hidden = sum(length <= more for length in lengths)
    return Advice(
        AdviceKind.LONGER_DURATION,
        f"{len(quick)} of {len(firings)} firings ended by themselves within 5 minutes",
        {"duration": rule.duration + more},
        hides_percent=round(100 * hidden / len(firings), 1),
        delays_seconds=float(more),
    )


def _recovery_threshold(rule: RuleFacts, firings: Sequence[Firing]) -> Advice | None:
    """Propose that a value must come back further before it counts as over, where series flap."""
    flapping = sum(firing.flapping for firing in firings)
    proposed = _further_back(rule)
    if not flapping or proposed is None:
        return None
    return Advice(
        AdviceKind.RECOVERY_THRESHOLD,
        f"{flapping} of {len(firings)} firings flapped around {rule.threshold:g}",
        {"recovery_threshold": proposed},
    )


def _further_back(rule: RuleFacts) -> float | None:
    """Return a recovery threshold beyond the one of now; None where there is no direction to go or no scale."""
    step = abs(rule.threshold) * _BACK_OFF
    standing = rule.threshold if rule.recovery_threshold is None else rule.recovery_threshold
    if rule.composite or not step:
        return None
    if rule.condition in {">", ">="}:
        return round(standing - step, 10)
    if rule.condition in {"<", "<="}:
        return round(standing + step, 10)
    return None


def _retire(firings: Sequence[Firing], over: timedelta) -> Advice | None:
    """Propose to switch a rule off that fires and that nobody has heeded in four weeks.

    An acknowledgement, a resolution by hand and a place in an incident all say that somebody did.
    """
    heeded = any(
        firing.acknowledged_at or firing.in_incident or not firing.by_itself for firing in firings
    )
    if over < _UNHEARD_FOR or len(firings) < _FEWEST or heeded:
        return None
    return Advice(
        AdviceKind.RETIRE,
        f"{len(firings)} firings in {over.days} days and nobody acknowledged one",
        {"enabled": False},
        hides_percent=100.0,
    )


def _breach_seconds(rule: RuleFacts, firing: Firing) -> float | None:
    """Return how long the breach went on after it fired; None while it lasts, or if a person ended it."""
    if firing.lasted is None or not firing.by_itself:
        return None
    return max(0.0, firing.lasted.total_seconds() - rule.keep_firing_for)
