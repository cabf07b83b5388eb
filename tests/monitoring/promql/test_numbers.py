"""Numbers as Go writes them; the expected texts are those of strconv.FormatFloat."""

import math

import pytest

from monitoring.promql.numbers import fixed_text, sample_text


@pytest.mark.parametrize(
    ("value", "fixed", "sample"),
    [
        (0.0, "0", "0"),
        (-0.0, "-0", "-0"),
        (1.0, "1", "1"),
        (-1.5, "-1.5", "-1.5"),
        (1e6, "1000000", "1000000"),
        (123456789.125, "123456789.125", "123456789.125"),
        (1e16, "10000000000000000", "10000000000000000"),
        (1.2345e20, "123450000000000000000", "123450000000000000000"),
        (1e21, "1000000000000000000000", "1e+21"),
        (1.5e300, "15" + "0" * 299, "1.5e+300"),
        (1e-6, "0.000001", "0.000001"),
        (9.99e-7, "0.000000999", "9.99e-07"),
        (-2.5e-9, "-0.0000000025", "-2.5e-09"),
        (0.1 + 0.2, "0.30000000000000004", "0.30000000000000004"),
        (math.inf, "+Inf", "+Inf"),
        (-math.inf, "-Inf", "-Inf"),
        (math.nan, "NaN", "NaN"),
    ],
)
def test_both_formats(value: float, fixed: str, sample: str) -> None:
    assert (fixed_text(value), sample_text(value)) == (fixed, sample)
