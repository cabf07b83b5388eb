"""Which labels a series carries."""

import pytest

from alerts.evaluation.matching import carries


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({}, True),
        ({"host": "a"}, True),
        ({"host": "b"}, False),
        ({"host": "a", "zone": "x"}, True),
        ({"host": "a", "zone": "y"}, False),
        ({"rack": "1"}, False),
        # An empty value asks for series without the label.
        ({"rack": ""}, True),
        ({"host": ""}, False),
        # Values are compared as they are: no prefixes, no patterns, no case.
        ({"host": "A"}, False),
        ({"host": "a.*"}, False),
    ],
)
def test_a_series_carries_each_wanted_label_with_exactly_its_value(
    wanted: dict[str, str], *, expected: bool
) -> None:
    assert carries({"host": "a", "zone": "x"}, wanted) is expected
