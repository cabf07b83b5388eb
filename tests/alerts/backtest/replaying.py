"""Replays of series that are written as text, and their alerts written by minutes."""

from collections.abc import Sequence

import numpy as np

from alerts.backtest.episodes import Episode
from alerts.backtest.replay import replay as replay_samples
from alerts.backtest.spec import Clock, RuleSpec
from alerts.evaluation.windows import Samples
from monitoring.types import MetricType, SeriesRef
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON, load

PLAIN = RuleSpec(ABOVE_80)


def replay(
    spec: RuleSpec, rows: dict[str, str], *, clock: Clock | None = None, service: str = "web"
) -> list[Episode]:
    """Replay series such as {"cpu{host=a}": "50 85x5"}, evaluated with each report."""
    read = [load(series, text) for series, text in rows.items()]
    stored = [row.arrived(len(row.reports)) for row in read]
    samples = Samples(
        np.cumsum([0, *(len(each.at_ms) for each in stored)]).astype(np.int64),
        np.concatenate([np.empty(0, np.int64), *(each.at_ms for each in stored)]),
        np.concatenate([np.empty(0), *(each.values for each in stored)]),
    )
    refs = [
        SeriesRef(number, row.metric, service, MetricType.GAUGE, row.labels)
        for number, row in enumerate(read)
    ]
    longest = max((len(row.reports) for row in read), default=1)
    return replay_samples(spec, refs, samples, clock or clock_of(longest))


def clock_of(evaluations: int) -> Clock:
    return Clock([NOON + number * MINUTE for number in range(evaluations)], MINUTE)


def minutes(episodes: Sequence[Episode]) -> list[tuple[float, float | None]]:
    """Return when alerts fired and were over, in minutes after noon."""
    return [
        (
            (each.fired_at - NOON) / MINUTE,
            None if each.resolved_at is None else (each.resolved_at - NOON) / MINUTE,
        )
        for each in episodes
    ]
