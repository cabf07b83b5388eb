"""Functions of ranges and the choice of samples, against one loop for each window."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.promql import reductions
from monitoring.promql.engine import range_query
from monitoring.promql.labels import Labels
from monitoring.promql.model import Steps
from tests.monitoring.promql import naive
from tests.monitoring.promql.asking import NOON, PLENTY
from tests.monitoring.promql.memory import MemorySource, Samples, series

# Few distinct values and instants, so that equal ones and borders are met often.
_values = st.sampled_from([0.0, 1.0, 2.5, 7.0, 100.0, -3.0])
_instants = st.lists(st.integers(0, 120), unique=True, max_size=25).map(sorted)


@st.composite
def _samples(draw: st.DrawFn) -> Samples:
    at = draw(_instants)
    values = draw(st.lists(_values, min_size=len(at), max_size=len(at)))
    return [NOON + each * 5_000 for each in at], values


_sources = st.lists(_samples(), min_size=1, max_size=4).map(
    lambda found: {series("m", n=str(number)): each for number, each in enumerate(found)}
)
_steps = st.builds(
    lambda start, count, interval: Steps(
        NOON + start * 1_000, NOON + (start + (count - 1) * interval) * 1_000, interval * 1_000
    ),
    start=st.integers(-20, 650),
    count=st.integers(1, 20),
    interval=st.sampled_from([1, 5, 7, 60]),
)
_ranges_s = st.sampled_from([1, 5, 13, 60, 300])

Found = dict[tuple[Labels, int], float]


def evaluated(query: str, samples: dict[Labels, Samples], steps: Steps) -> Found:
    result = range_query(query, source=MemorySource(samples), steps=steps, limits=PLENTY)
    times = steps.times_ms().tolist()
    return {
        (labels, at): float(value)
        for labels, values, present in zip(
            result.labels, result.values, result.present, strict=True
        )
        for at, value, there in zip(times, values, present, strict=True)
        if there
    }


def windows(
    samples: dict[Labels, Samples], steps: Steps, range_ms: int
) -> dict[tuple[Labels, int], list[tuple[int, float]]]:
    """Return the samples of each window that has any; both borders belong to it."""
    found = {
        (labels, at): [
            sample for sample in zip(*own, strict=True) if at - range_ms <= sample[0] <= at
        ]
        for labels, own in samples.items()
        for at in steps.times_ms().tolist()
    }
    return {key: window for key, window in found.items() if window}


def assert_close(found: Found, expected: dict[tuple[Labels, int], float | None]) -> None:
    wanted = {key: value for key, value in expected.items() if value is not None}
    assert found.keys() == wanted.keys()
    for key, value in wanted.items():
        assert found[key] == pytest.approx(value, rel=1e-9, abs=1e-9), key


def nameless(labels: Labels) -> Labels:
    return tuple(pair for pair in labels if pair[0] != "__name__")


@pytest.mark.parametrize("function", sorted(naive.OF_VALUES))
@given(samples=_sources, steps=_steps, range_s=_ranges_s)
@settings(max_examples=40, deadline=None)
def test_a_function_of_a_range_is_its_loop(
    function: str, samples: dict[Labels, Samples], steps: Steps, range_s: int
) -> None:
    rank = "0.5, " if function == "quantile_over_time" else ""

    found = evaluated(f"{function}({rank}m[{range_s}s])", samples, steps)

    named = function in {"last_over_time", "first_over_time"}
    expected = {
        (labels if named else nameless(labels), at): naive.OF_VALUES[function](window)
        for (labels, at), window in windows(samples, steps, range_s * 1_000).items()
    }
    assert_close(found, expected)


@pytest.mark.parametrize("function", ["rate", "increase", "delta"])
@given(samples=_sources, steps=_steps, range_s=_ranges_s)
@settings(max_examples=60, deadline=None)
def test_what_is_extrapolated_is_its_loop(
    function: str, samples: dict[Labels, Samples], steps: Steps, range_s: int
) -> None:
    found = evaluated(f"{function}(m[{range_s}s])", samples, steps)

    expected = {
        (nameless(labels), at): naive.extrapolated(
            window,
            at - range_s * 1_000,
            at,
            is_counter=function != "delta",
            per_second=function == "rate",
        )
        for (labels, at), window in windows(samples, steps, range_s * 1_000).items()
    }
    assert_close(found, expected)


@given(samples=_sources, steps=_steps)
@settings(max_examples=60, deadline=None)
def test_an_instant_vector_is_the_newest_sample_of_the_last_five_minutes(
    samples: dict[Labels, Samples], steps: Steps
) -> None:
    expected = {key: window[-1][1] for key, window in windows(samples, steps, 300_000).items()}

    assert evaluated("m", samples, steps) == expected


@given(samples=_sources, steps=_steps)
@settings(max_examples=30, deadline=None)
def test_many_small_blocks_give_what_one_gives(
    samples: dict[Labels, Samples], steps: Steps
) -> None:
    query = "quantile_over_time(0.3, m[1m]) + sum_over_time(m[1m])"
    whole = evaluated(query, samples, steps)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reductions, "_BLOCK_SAMPLES", 3)
        assert evaluated(query, samples, steps) == whole


def test_a_sum_of_what_cancels_out_keeps_what_is_left() -> None:
    assert reductions.compensated_sum([1e100, 1.0, -1e100]) == 1.0
    found = evaluated(
        "sum_over_time(m[1m])",
        {series("m"): ([NOON, NOON + 1, NOON + 2], [1e17, 1.0, -1e17])},
        Steps(NOON + 2, NOON + 2, 1),
    )

    assert list(found.values()) == [1.0]


@pytest.mark.parametrize("values", [[3.0], [1.0, 2.0, 6.0], [-5.0, 5.0, 0.3]])
def test_the_mean_of_small_steps_is_the_mean(values: list[float]) -> None:
    assert reductions.compensated_mean(values) == pytest.approx(math.fsum(values) / len(values))
