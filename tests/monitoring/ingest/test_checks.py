"""Numbers are refused by column as they are one by one."""

import math
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.ingest import fields
from monitoring.ingest.addresses import address_of
from monitoring.ingest.checks import refused_counts, refused_numbers
from monitoring.ingest.fields import RefusedError
from monitoring.ingest.series_cache import Known
from monitoring.storage.instants import to_ms
from monitoring.storage.window import Window
from monitoring.types import ItemError, MetricType, Sample
from tests.monitoring.factories import NOON, counter, gauge

WINDOW = Window.around(NOON)
NOON_MS = to_ms(NOON)
DAY_MS, FIVE_MINUTES_MS = 86_400_000, 300_000


def refused(value: float, at_ms: int = NOON_MS) -> ItemError | None:
    values, instants = np.array([0.0, value]), np.array([NOON_MS, at_ms])
    return refused_numbers(values, instants, WINDOW).get(1)


@pytest.mark.parametrize("value", [1e18, -1e18, 0.0, -0.0, 5e-324])
def test_a_number_within_the_limits_is_taken(value: float) -> None:
    assert refused(value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (math.nextafter(1e18, math.inf), fields.TOO_LARGE),
        (math.nextafter(-1e18, -math.inf), fields.TOO_LARGE),
        (math.inf, fields.NOT_FINITE),
        (-math.inf, fields.NOT_FINITE),
        (math.nan, fields.NOT_FINITE),
    ],
)
def test_a_number_that_cannot_be_stored_is_named(value: float, message: str) -> None:
    assert refused(value) == ItemError(1, message, "value")


@pytest.mark.parametrize("offset", [-DAY_MS, FIVE_MINUTES_MS])
def test_the_ends_of_the_window_belong_to_it(offset: int) -> None:
    assert refused(1, NOON_MS + offset) is None


@pytest.mark.parametrize("offset", [-DAY_MS - 1, FIVE_MINUTES_MS + 1, -(2**62), 2**62])
def test_an_instant_outside_the_window_is_named(offset: int) -> None:
    assert refused(1, NOON_MS + offset) == ItemError(1, fields.OUTSIDE, "timestamp")


def test_of_two_faults_the_value_is_named() -> None:
    error = refused(math.nan, 0)

    assert error is not None
    assert error.field == "value"


@given(
    st.floats(),
    st.integers(-(2 * DAY_MS), 2 * DAY_MS) | st.sampled_from([-DAY_MS, FIVE_MINUTES_MS]),
)
def test_a_column_is_judged_as_one_sample_is(value: float, offset: int) -> None:
    expected = None
    try:
        fields.number(value)
        fields.timestamp(NOON_MS + offset, WINDOW)
    except RefusedError as refusal:
        expected = ItemError(1, str(refusal), refusal.field)

    assert refused(value, NOON_MS + offset) == expected


@pytest.mark.parametrize(
    ("sample", "is_refused"),
    [
        (gauge(1), False),
        (counter(1), True),
        (Sample("a_bucket", "s", 1, NOON, MetricType.HISTOGRAM, {"le": "1"}), True),
        (Sample("a_count", "s", 1, NOON, MetricType.HISTOGRAM), True),
        (Sample("a_sum", "s", 1, NOON, MetricType.HISTOGRAM), False),
        (Sample("a", "s", 1, NOON, MetricType.SUMMARY), False),
    ],
)
def test_a_count_is_not_negative(sample: Sample, *, is_refused: bool) -> None:
    code = address_of(Known(7, "", sample.type), sample).code
    values, codes = np.array([-1e-9, 0.0]), np.array([code, code])

    expected = {0: ItemError(0, fields.NEGATIVE, "value")} if is_refused else {}
    assert refused_counts(values, codes) == expected


def test_a_late_sample_is_named_by_its_own_field() -> None:
    late = to_ms(NOON - timedelta(hours=25))

    assert refused_numbers(np.array([1.0]), np.array([late]), WINDOW)[0].field == "timestamp"
