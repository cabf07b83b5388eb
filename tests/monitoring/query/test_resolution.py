"""Steps as people write them, and what can answer them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInputError
from monitoring.query.resolution import (
    aggregation_of,
    longest_span,
    rollup_width,
    round_step,
    step_of,
)
from monitoring.query.steps import Aggregation, Function

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("text", "step_ms"),
    [
        ("60", MINUTE),
        ("60s", MINUTE),
        ("1s", 1_000),
        ("5m", 5 * MINUTE),
        ("1h", HOUR),
        ("1d", DAY),
        ("1w", 7 * DAY),
        ("400d", 400 * DAY),
    ],
)
def test_a_step_is_read(text: str, step_ms: int) -> None:
    assert step_of(text) == step_ms


@pytest.mark.parametrize(
    "text", ["", "0", "0s", "-1", "1.5", "5 m", "m", "5y", "401d", "1h30m", "\u0665", "9999999999"]
)
def test_what_is_no_step_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(InvalidInputError, match=r"^payload\.step must be a span") as error:
        step_of(text, "payload.step")
    assert list(error.value.details) == ["payload.step"]


@pytest.mark.parametrize(
    ("text", "aggregation"),
    [
        ("avg", Aggregation(Function.AVG)),
        ("rate", Aggregation(Function.RATE)),
        ("p50", Aggregation(Function.PERCENTILE, 0.5)),
        ("p99.9", Aggregation(Function.PERCENTILE, 99.9 / 100)),
        ("p0", Aggregation(Function.PERCENTILE, 0.0)),
        ("p100", Aggregation(Function.PERCENTILE, 1.0)),
    ],
)
def test_an_aggregation_is_read(text: str, aggregation: Aggregation) -> None:
    assert aggregation_of(text) == aggregation


@pytest.mark.parametrize("text", ["", "AVG", "percentile", "p", "p101", "p-1", "p1e1", "median"])
def test_what_is_no_aggregation_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="aggregation must be one of"):
        aggregation_of(text)


@pytest.mark.parametrize(
    ("step_ms", "function", "minutes"),
    [
        (5 * MINUTE, Function.AVG, 5),
        (10 * MINUTE, Function.LAST, 5),
        (HOUR, Function.SUM, 60),
        (7 * HOUR, Function.MAX, 60),
        (90 * MINUTE, Function.MIN, 5),
        (MINUTE, Function.AVG, None),
        (7 * MINUTE, Function.AVG, None),
        (5 * MINUTE + 1, Function.COUNT, None),
        (HOUR, Function.PERCENTILE, None),
        (HOUR, Function.RATE, None),
        (HOUR, Function.INCREASE, None),
        (HOUR, Function.FIRST, None),
    ],
)
def test_roll_ups_answer_only_what_they_know_exactly(
    step_ms: int, function: Function, minutes: int | None
) -> None:
    expected = None if minutes is None else timedelta(minutes=minutes)

    assert rollup_width(step_ms, Aggregation(function)) == expected


@pytest.mark.parametrize(
    ("step_ms", "function", "days"),
    [
        (MINUTE, Function.AVG, 31),
        (5 * MINUTE, Function.AVG, 90),
        (HOUR, Function.AVG, 400),
        (HOUR, Function.RATE, 31),
    ],
)
def test_a_range_is_as_long_as_what_answers_it_is_kept(
    step_ms: int, function: Function, days: int
) -> None:
    assert longest_span(step_ms, Aggregation(function)) == timedelta(days=days)


@pytest.mark.parametrize(
    ("span_ms", "points", "step_ms"),
    [
        (HOUR, 3_600, 1_000),
        (HOUR, 3_599, 2_000),
        (HOUR, 60, MINUTE),
        (HOUR, 59, 2 * MINUTE),
        (30 * DAY, 720, HOUR),
        (30 * DAY, 719, 2 * HOUR),
        (30 * DAY, 30, DAY),
        (400 * DAY, 30, 14 * DAY),
        (10, 1_000, 1_000),
    ],
)
def test_an_automatic_step_is_the_smallest_round_one(
    span_ms: int, points: int, step_ms: int
) -> None:
    assert round_step(span_ms, points) == step_ms


@given(st.integers(1, 400 * DAY), st.integers(1, 5_000))
def test_an_automatic_step_makes_no_more_points_than_asked_for(span_ms: int, points: int) -> None:
    assert -(-span_ms // round_step(span_ms, points)) <= points
