"""Whatever the rule and its samples: a replay is what stepping the live functions says, one evaluation at a time."""

import math
from datetime import datetime, timedelta

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.backtest.replay import replay
from alerts.backtest.spec import Clock, Flaps, RuleSpec
from alerts.evaluation.overrides import Override
from alerts.evaluation.reading import NoData, RuleTerms
from alerts.evaluation.windows import Samples
from alerts.models.choices import Aggregation, Combine, Condition
from monitoring.types import MetricType, SeriesRef
from tests.alerts.backtest.stepping import step_by_step
from tests.alerts.series_text import MINUTE, NOON, in_ms

STEPS = st.sampled_from([MINUTE] * 20 + [4 * MINUTE, 6 * MINUTE, 61 * MINUTE])
WAITS = st.sampled_from([timedelta(), MINUTE, 3 * MINUTE])
VALUES = st.sampled_from([50.0, 60.0, 75.0, 80.0, 85.0, 95.0, math.nan])
LABELS = st.fixed_dictionaries({}, optional={"host": st.sampled_from("abc"), "zone": st.just("x")})


@st.composite
def rule_specs(draw: st.DrawFn) -> RuleSpec:
    aggregation = draw(st.sampled_from([each.value for each in Aggregation]))
    window = timedelta() if aggregation == "last" else draw(st.sampled_from([2, 4])) * MINUTE
    thresholds = {"absent": 0.5, "count": 2.0, "rate": 0.1, "increase": 20.0, "week_change": 10.0}
    threshold = thresholds.get(aggregation, 80.0)
    terms = RuleTerms(
        condition=draw(st.sampled_from([">", ">", ">", *Condition.values])),
        threshold=threshold,
        hold=draw(WAITS),
        no_data=draw(st.sampled_from(NoData)),
        interval=MINUTE,
        stale_after=max(3 * MINUTE, window),
        snooze=timedelta(hours=24),
        recovery_threshold=draw(st.sampled_from([None, threshold * 0.8])),
        keep_firing_for=draw(WAITS),
        minimum_samples=draw(st.sampled_from([0, 0, 2])),
        flap_quiet=5 * MINUTE,
    )
    return RuleSpec(
        terms,
        aggregation,
        window,
        draw(st.sampled_from([each.value for each in Combine])),
        tuple(draw(st.sampled_from([[], ["host"], ["service_name", "zone"]]))),
        tuple(draw(st.sampled_from([[], [Override({"host": "a"}, threshold * 0.7)]]))),
        Flaps(draw(st.sampled_from([0, 2])), timedelta(minutes=30)),
    )


@st.composite
def clocks(draw: st.DrawFn) -> Clock:
    at = NOON
    instants = [at]
    for step in draw(st.lists(STEPS, min_size=5, max_size=40)):
        at += step
        instants.append(at)
    return Clock(instants, MINUTE)


@st.composite
def series(draw: st.DrawFn, instants: list[datetime]) -> dict[int, float]:
    """Samples at most instants of evaluations, some a little before; a week before too."""
    found: dict[int, float] = {}
    for at in instants:
        kind = draw(st.sampled_from("=====<_"))
        if kind == "_":
            continue
        moment = at - timedelta(seconds=17) if kind == "<" else at
        found[in_ms(moment)] = draw(VALUES)
        if draw(st.booleans()):
            found[in_ms(moment - timedelta(days=7))] = draw(VALUES)
    begun = draw(st.integers(0, max(0, len(found) // 2)))
    return dict(sorted(found.items())[begun:])


@st.composite
def replays(draw: st.DrawFn) -> tuple[RuleSpec, list[SeriesRef], Samples, Clock]:
    clock = draw(clocks())
    labels = draw(
        st.lists(LABELS, max_size=4, unique_by=lambda own: sorted(own.items()).__repr__())
    )
    refs = [
        SeriesRef(number, "cpu", draw(st.sampled_from(["", "web", "db"])), MetricType.GAUGE, own)
        for number, own in enumerate(labels)
    ]
    rows = [draw(series(list(clock.instants))) for _ in refs]
    samples = Samples(
        np.cumsum([0, *map(len, rows)]).astype(np.int64),
        np.array([at for row in rows for at in row], np.int64),
        np.array([value for row in rows for value in row.values()], np.float64),
    )
    return draw(rule_specs()), refs, samples, clock


@settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(replays())
def test_a_replay_equals_stepping_one_evaluation_at_a_time(
    case: tuple[RuleSpec, list[SeriesRef], Samples, Clock],
) -> None:
    assert replay(*case) == step_by_step(*case)
