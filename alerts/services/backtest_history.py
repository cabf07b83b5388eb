"""What the store knows for a backtest: the samples of a rule's series, and the alerts that it would have raised."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from alerts.backtest.composite import CompositeSpec, replay_composite
from alerts.backtest.episodes import Episode
from alerts.backtest.replay import replay
from alerts.backtest.spec import Clock, Flaps, RuleSpec
from alerts.evaluation.watch import RESTART_AFTER, Watch
from alerts.evaluation.windows import Samples
from alerts.models import AlertRule
from alerts.models.choices import Aggregation
from alerts.services.rulebook import CompiledRule, compiled
from monitoring.errors import InvalidInputError
from monitoring.query.columns import TooManyPointsError, read_columns
from monitoring.query.series import matching_series
from monitoring.storage.instants import to_ms
from monitoring.types import SeriesRef

Progress = Callable[[float], None]

_WEEK = timedelta(days=7)
# At 16 bytes each, beside the arrays that are made of them: what a worker may hold at once.
MAX_POINTS = 10_000_000
# How long rules had been evaluated before the period, as far as it matters: silence is judged from its beginning.
_WATCHED_BEFORE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class History:
    """The period of a backtest as evaluations at every interval."""

    start: datetime
    end: datetime

    def clock(self, rule: CompiledRule) -> Clock:
        """Return the evaluations, a little longer than the period: a breach may have begun before it."""
        interval = settings.ALERT_EVALUATION_INTERVAL
        lead = -(-rule.terms.hold // interval) + 1
        count = (self.end - self.start) // interval + 1
        first = self.start - lead * interval
        instants = [first + number * interval for number in range(count + lead)]
        before = Watch(since=first - _WATCHED_BEFORE, previous=first - interval)
        return Clock(instants, interval, before)

    def within(self, episodes: Sequence[Episode]) -> list[Episode]:
        """Return those that fire in the period, or still do when it begins."""
        return [
            each for each in episodes if each.resolved_at is None or each.resolved_at > self.start
        ]


@dataclass(frozen=True, slots=True)
class Replayed:
    """The alerts of one rule in a period, and how much was looked at."""

    episodes: list[Episode]
    series: int
    evaluations: int


def replay_rule(row: AlertRule, history: History, progress: Progress) -> Replayed:
    """Return what a rule would have raised; of a composite one, by replays of the rules that it names as they are now.

    Raises InvalidInputError if there are more samples than can be held at once.
    """
    rule = compiled(row)
    if rule.expression is None:
        return _replay_plain(rule, history, history.clock(rule), progress)
    clock = history.clock(rule)
    names = sorted(rule.expression.names())
    operands: dict[str, list[Episode]] = {}
    series = 0
    for done, name in enumerate(names):
        operand = AlertRule.objects.filter(rule_name=name).first()
        if operand is not None:
            part = _part_of(progress, done / len(names), 1 / len(names))
            found = replay_rule(operand, history, part)
            operands[name] = found.episodes
            series += found.series
    spec = CompositeSpec(rule.expression, rule.terms, tuple(row.group_by), _flaps(row))
    episodes = history.within(replay_composite(spec, operands, clock))
    return Replayed(episodes, series, len(clock))


def _replay_plain(
    rule: CompiledRule, history: History, clock: Clock, progress: Progress
) -> Replayed:
    refs = matching_series(metric=rule.row.metric_name, matchers=rule.row.label_matchers)
    window = timedelta(seconds=rule.source.window_seconds)
    spec = RuleSpec(
        terms=rule.terms,
        aggregation=rule.source.aggregation,
        window=window,
        combine=rule.row.combine,
        group_by=tuple(rule.row.group_by),
        overrides=rule.overrides,
        flaps=_flaps(rule.row),
    )
    lookback = max(window, rule.terms.stale_after) + RESTART_AFTER
    if rule.source.aggregation == Aggregation.WEEK_CHANGE:
        lookback += _WEEK
    samples = read_samples(refs, clock.instants[0] - lookback, history.end)
    episodes = replay(spec, refs, samples, clock, progress)
    return Replayed(history.within(episodes), len(refs), len(clock))


def read_samples(refs: Sequence[SeriesRef], start: datetime, end: datetime) -> Samples:
    """Return the samples of the series in their order, read in as many portions as one read may return.

    Raises InvalidInputError beyond MAX_POINTS.
    """
    ids = np.array([ref.id for ref in refs], np.int32)
    found: dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]] = {}
    points, waiting = 0, [np.unique(ids)]
    while waiting:
        part = waiting.pop()
        try:
            columns = read_columns(
                part, to_ms(start), to_ms(end), max_points=settings.MAX_RANGE_POINTS
            )
        except TooManyPointsError:
            if len(part) == 1:
                raise _too_many() from None
            waiting += [part[: len(part) // 2], part[len(part) // 2 :]]
            continue
        points += len(columns.at_ms)
        if points > MAX_POINTS:
            raise _too_many()
        for number, low, high in zip(
            columns.ids.tolist(), columns.starts[:-1], columns.starts[1:], strict=True
        ):
            found[number] = columns.at_ms[low:high], columns.values[low:high]
    return _in_order(ids.tolist(), found)


def _in_order(
    ids: Sequence[int], found: dict[int, tuple[NDArray[np.int64], NDArray[np.float64]]]
) -> Samples:
    nothing = np.empty(0, np.int64), np.empty(0)
    own = [found.get(number, nothing) for number in ids]
    starts = np.cumsum([0, *(len(at_ms) for at_ms, _ in own)])
    return Samples(
        starts.astype(np.int64),
        np.concatenate([nothing[0], *(at_ms for at_ms, _ in own)]),
        np.concatenate([nothing[1], *(values for _, values in own)]),
    )


def _flaps(row: AlertRule) -> Flaps:
    return Flaps(row.flap_firings, settings.FLAP_WINDOW)


def _part_of(progress: Progress, begun: float, share: float) -> Progress:
    return lambda done: progress(begun + share * done)


def _too_many() -> InvalidInputError:
    return InvalidInputError(
        f"More than {MAX_POINTS:,} samples: choose a shorter period, or fewer series by label_matchers"
    )
