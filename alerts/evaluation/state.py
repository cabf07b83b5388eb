"""One series under one rule: nothing, pending, firing, resolved."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from alerts.evaluation.reading import Reading, RuleTerms, Signal
from alerts.evaluation.watch import RESTART_AFTER, Watch, tolerance


class Phase(StrEnum):
    """Where an alert stands that is remembered. Snoozed: resolved by a person while the breach lasts."""

    PENDING = "pending"
    FIRING = "firing"
    SNOOZED = "snoozed"


class Action(StrEnum):
    """What is to be done about one series."""

    NOTHING = "nothing"
    START = "start"  # a breach begins that must last before anyone is told
    FIRE = "fire"  # it has lasted, or needs not last
    KEEP = "keep"  # the alert stays as it is, what was seen is recorded
    FORGET = "forget"  # it ended before it had lasted; nobody was told, so nothing remains
    RESOLVE = "resolve"
    END_SNOOZE = "end_snooze"  # the next breach is a new alert


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """What is remembered of a breach.

    `held_from` is where its hold counts from: the first breach, moved on past what must not count. `over_since` is
    the same for a firing one whose breach is over but which is kept firing. `resolved_at` is set for a snoozed one
    only.
    """

    phase: Phase
    held_from: datetime
    no_data_since: datetime | None = None
    resolved_at: datetime | None = None
    over_since: datetime | None = None
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done, and what to remember of it; `held_from` is None where nothing is held."""

    action: Action
    held_from: datetime | None = None
    no_data_since: datetime | None = None
    over_since: datetime | None = None


NOTHING = Decision(Action.NOTHING)


def next_state(
    open_alert: OpenAlert | None, reading: Reading, rule: RuleTerms, watch: Watch, at: datetime
) -> Decision:
    """Return what `reading`, taken at `at`, makes of a series that stands at `open_alert`.

    Each call is for one evaluation; calls for one series come in the order of evaluations. A repeat for the
    same instant changes nothing, and neither does one for an earlier instant, except that a hold restarts there.
    """
    if watch.is_behind(at):
        return _stand_still(open_alert, watch, at)
    if open_alert is None:
        return _begin(reading, rule, at)
    match open_alert.phase:
        case Phase.PENDING:
            return _pending(open_alert, reading, rule, watch, at)
        case Phase.FIRING:
            return _firing(open_alert, reading, rule, watch, at)
        case Phase.SNOOZED:
            return _snoozed(open_alert, reading, rule, at)


def _stand_still(open_alert: OpenAlert | None, watch: Watch, at: datetime) -> Decision:
    """A clock that goes backwards must neither fire nor resolve, and must not stop a wait for ever."""
    if open_alert is None or at == watch.previous:
        return NOTHING
    over_since = open_alert.over_since and min(open_alert.over_since, at)
    held_from = min(open_alert.held_from, at)
    return Decision(Action.KEEP, held_from, open_alert.no_data_since, over_since)


def _begin(reading: Reading, rule: RuleTerms, at: datetime) -> Decision:
    if reading.signal is not Signal.BREACH:
        return NOTHING
    action = Action.START if rule.hold else Action.FIRE
    return Decision(action, at, reading.silent_since)


def _pending(
    pending: OpenAlert, reading: Reading, rule: RuleTerms, watch: Watch, at: datetime
) -> Decision:
    no_data_since = _silence(pending, reading)
    ended = reading.signal in (Signal.OVER, Signal.BETWEEN)
    if ended or _is_long_gone(no_data_since, reading, at):
        return Decision(Action.FORGET)
    held_from = _counted_from(pending.held_from, reading, rule, watch, at)
    lasted = reading.signal is Signal.BREACH and at - held_from >= rule.hold
    return Decision(Action.FIRE if lasted else Action.KEEP, held_from, no_data_since)


def _firing(
    firing: OpenAlert, reading: Reading, rule: RuleTerms, watch: Watch, at: datetime
) -> Decision:
    over_since = _over_since(firing, reading, rule, watch, at)
    is_over = reading.signal is Signal.OVER
    if is_over and over_since is not None and at - over_since >= _quiet(firing, rule):
        return Decision(Action.RESOLVE, no_data_since=reading.silent_since)
    return Decision(Action.KEEP, firing.held_from, _silence(firing, reading), over_since)


def _quiet(firing: OpenAlert, rule: RuleTerms) -> timedelta:
    """Return how long a breach must be over before its alert is."""
    return max(rule.keep_firing_for, rule.flap_quiet) if firing.flapping else rule.keep_firing_for


def _over_since(
    firing: OpenAlert, reading: Reading, rule: RuleTerms, watch: Watch, at: datetime
) -> datetime | None:
    """Return since when the breach is over, None if it is not; what nobody saw does not count as over."""
    if reading.signal is Signal.OVER and firing.over_since is None:
        return at
    ended = reading.signal in (Signal.BREACH, Signal.BETWEEN)
    if firing.over_since is None or ended or _is_long_gone(_silence(firing, reading), reading, at):
        return None
    return _counted_from(firing.over_since, reading, rule, watch, at)


def _snoozed(snoozed: OpenAlert, reading: Reading, rule: RuleTerms, at: datetime) -> Decision:
    """The person is believed until the breach is over, yet not for ever: a wrong belief must not stay silent."""
    no_data_since = _silence(snoozed, reading)
    lapsed = snoozed.resolved_at is None or at - snoozed.resolved_at >= rule.snooze
    if reading.signal is Signal.OVER or lapsed or _is_long_gone(no_data_since, reading, at):
        return Decision(Action.END_SNOOZE)
    return Decision(Action.KEEP, snoozed.held_from, no_data_since)


def _counted_from(
    start: datetime, reading: Reading, rule: RuleTerms, watch: Watch, at: datetime
) -> datetime:
    """Return where a wait counts from: it stands still in long gaps and silence, and restarts after an hour."""
    if watch.previous is None or at - watch.previous > RESTART_AFTER:
        return at
    gap = at - watch.previous
    if reading.signal is Signal.UNKNOWN or gap > tolerance(rule.interval):
        return min(start + gap, at)
    return start


def _silence(remembered: OpenAlert, reading: Reading) -> datetime | None:
    """Return since when the series has been silent: what is known already stays until it reports again."""
    if reading.signal is Signal.UNKNOWN:
        return remembered.no_data_since or reading.silent_since
    return reading.silent_since


def _is_long_gone(no_data_since: datetime | None, reading: Reading, at: datetime) -> bool:
    return (
        reading.signal is Signal.UNKNOWN
        and no_data_since is not None
        and at - no_data_since > RESTART_AFTER
    )
