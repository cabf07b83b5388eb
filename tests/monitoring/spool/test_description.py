"""What a request is, said without the database, is what the door would say with it."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from monitoring.ingest import fields
from monitoring.ingest.wire import RefusedError, Wire, wire_of
from monitoring.spool.description import describe
from monitoring.types import ItemError, MetricType, Sample, Temporality
from tests.monitoring.factories import NOON, counter, gauge, observation


def wire(samples: Sequence[Sample], *, refused_at: Sequence[int] = ()) -> Wire:
    """Return a wire whose door refuses some positions."""

    def sample_at(position: int) -> Sample:
        if position in refused_at:
            raise RefusedError("labels", "too many")
        return samples[position]

    plain = wire_of(samples)
    return Wire(plain.keys, plain.at_ms, plain.values, sample_at)


def test_a_series_is_kept_once() -> None:
    later = NOON + timedelta(seconds=1)
    found = describe(wire_of([gauge(1, a="x"), gauge(2, a="y"), gauge(3, a="x", at=later)]), {})

    assert found.codes.tolist() == [0, 1, 0]
    assert [dict(series.labels) for series in found.series] == [{"a": "x"}, {"a": "y"}]
    assert found.series[0][:4] == (
        "system_cpu_usage_percent",
        "payment-service",
        MetricType.GAUGE,
        Temporality.DELTA,
    )


def test_what_the_door_refuses_bars_no_other_of_its_series() -> None:
    refused: dict[int, ItemError] = {}

    found = describe(wire([gauge(1), gauge(2), gauge(3)], refused_at=[0, 2]), refused)

    assert refused == {0: ItemError(0, "too many", "labels")}
    assert found.codes.tolist() == [-1, 0, 0]


def test_what_is_refused_already_is_not_described() -> None:
    refused = {0: ItemError(0, "outside", "timestamp")}

    found = describe(wire([gauge(1)], refused_at=[0]), refused)

    assert refused == {0: ItemError(0, "outside", "timestamp")}
    assert found.series == []
    assert found.codes.tolist() == [-1]


def test_each_observation_is_judged_by_itself() -> None:
    refused: dict[int, ItemError] = {}

    found = describe(
        wire([observation(1), observation(-1), observation(2)], refused_at=[1]), refused
    )

    assert list(refused) == [1]
    assert found.codes.tolist() == [0, -1, 0]
    assert len(found.series) == 1


def test_a_count_is_not_negative() -> None:
    refused: dict[int, ItemError] = {}

    found = describe(wire_of([counter(1), counter(-1), counter(0), gauge(-5)]), refused)

    assert refused == {1: ItemError(1, fields.NEGATIVE, "value")}
    assert found.codes.tolist() == [0, -1, 0, 1]


CUMULATIVE = Temporality.CUMULATIVE


@pytest.mark.parametrize(
    ("sample", "adds"),
    [
        (gauge(1), False),
        (counter(1), True),
        (counter(1, temporality=CUMULATIVE), False),
        (observation(1), True),
        (observation(1, le="5"), True),
        (observation(1, le="5", temporality=CUMULATIVE), False),
    ],
)
def test_it_knows_what_would_count_twice(sample: Sample, *, adds: bool) -> None:
    assert describe(wire_of([gauge(1, x="y"), sample]), {}).has_increments is adds


def test_nothing_is_described_as_nothing() -> None:
    empty = Wire([], np.array([], np.int64), np.array([], np.float64), [].__getitem__)

    assert describe(empty, {}).series == []
