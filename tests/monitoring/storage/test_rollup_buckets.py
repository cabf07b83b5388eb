"""Samples to buckets, compared with the plainest way to do it."""

import math
from collections.abc import Sequence
from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitoring.storage.rollup_buckets import SeriesBuckets, bucketed, sliced

MINUTE_MS = 60_000
WIDTHS = st.sampled_from([5 * MINUTE_MS, 60 * MINUTE_MS])
# Two hours around the epoch: buckets on both sides, some with several samples.
INSTANTS = st.integers(-120 * MINUTE_MS, 120 * MINUTE_MS)
SAMPLES = st.dictionaries(
    st.tuples(st.integers(1, 4), INSTANTS), st.floats(-1e18, 1e18), max_size=60
)
Row = tuple[int, int, int, float, float, float]  # series, start, count, min, max, last


def columns(
    samples: dict[tuple[int, int], float],
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.float64]]:
    keys = sorted(samples)
    return (
        np.array([series for series, _ in keys], np.int32),
        np.array([at_ms for _, at_ms in keys], np.int64),
        np.array([samples[key] for key in keys], np.float64),
    )


def rows(found: SeriesBuckets) -> list[Row]:
    of = np.repeat(found.series, np.diff(found.starts))
    part = found.buckets
    exact = (of, part.start_ms, part.count, part.min, part.max, part.last)
    return list(zip(*(column.tolist() for column in exact), strict=True))


def naive(
    samples: dict[tuple[int, int], float], width_ms: int
) -> dict[tuple[int, int], list[float]]:
    keyed = groupby(sorted(samples), key=lambda key: (key[0], math.floor(key[1] / width_ms)))
    return {
        (series, bucket * width_ms): [samples[key] for key in keys]
        for (series, bucket), keys in keyed
    }


@given(SAMPLES, WIDTHS)
def test_buckets_are_those_of_a_loop(samples: dict[tuple[int, int], float], width_ms: int) -> None:
    expected = naive(samples, width_ms)

    found = bucketed(*columns(samples), width_ms=width_ms)

    assert rows(found) == [
        (series, start, len(values), min(values), max(values), values[-1])
        for (series, start), values in expected.items()
    ]
    for total, values in zip(found.buckets.sum.tolist(), expected.values(), strict=True):
        slack = 1e-15 * len(values) * math.fsum(map(abs, values))
        assert total == pytest.approx(math.fsum(values), rel=0, abs=slack)


@given(SAMPLES)
def test_whole_numbers_are_summed_exactly(samples: dict[tuple[int, int], float]) -> None:
    whole = {key: float(round(value / 1e6)) for key, value in samples.items()}

    found = bucketed(*columns(whole), width_ms=5 * MINUTE_MS)

    assert found.buckets.sum.tolist() == [
        math.fsum(values) for values in naive(whole, 5 * MINUTE_MS).values()
    ]


@given(SAMPLES, WIDTHS)
def test_the_parts_of_each_series_make_up_the_whole(
    samples: dict[tuple[int, int], float], width_ms: int
) -> None:
    found = bucketed(*columns(samples), width_ms=width_ms)

    parts = [
        sliced(found.buckets, start, end)
        for start, end in zip(found.starts[:-1], found.starts[1:], strict=True)
    ]

    assert all(len(part) for part in parts)
    for name in ("start_ms", "count", "sum", "min", "max", "last"):
        again = [number for part in parts for number in getattr(part, name).tolist()]
        assert again == getattr(found.buckets, name).tolist()


@pytest.mark.parametrize(
    ("at_ms", "start_ms"),
    [
        ([0], [0]),
        ([299_999], [0]),
        ([300_000], [300_000]),
        ([-1], [-300_000]),
        ([-300_000], [-300_000]),
        ([-300_001], [-600_000]),
        ([0, 299_999, 300_000], [0, 300_000]),
    ],
)
def test_a_bucket_holds_its_start_and_not_its_end(
    at_ms: Sequence[int], start_ms: Sequence[int]
) -> None:
    series, values = np.ones(len(at_ms), np.int32), np.zeros(len(at_ms))

    found = bucketed(series, np.array(at_ms, np.int64), values, width_ms=300_000)

    assert found.buckets.start_ms.tolist() == start_ms


def test_the_last_sample_of_a_series_and_the_first_of_the_next_share_no_bucket() -> None:
    found = bucketed(
        np.array([1, 2], np.int32), np.array([7, 8]), np.array([1.0, 2.0]), width_ms=300_000
    )

    assert found.starts.tolist() == [0, 1, 2]
    assert found.buckets.last.tolist() == [1.0, 2.0]


def test_no_samples_make_no_buckets() -> None:
    found = bucketed(*columns({}), width_ms=300_000)

    assert (len(found.series), found.starts.tolist(), len(found.buckets)) == (0, [0], 0)
