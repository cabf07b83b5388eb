"""Thresholds of their own for some series."""

import pytest

from alerts.evaluation.overrides import Override, overrides_of, threshold_for

OVERRIDES = [
    Override({"host": "a", "core": "0"}, 95.0, 90.0),
    Override({"host": "a"}, 90.0),
    Override({"service_name": "payment-service"}, 60.0, 50.0),
    Override({"host": ""}, 10.0),
]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"host": "a", "core": "0"}, (95.0, 90.0)),
        # The rule's recovery threshold belongs to the rule's threshold.
        ({"host": "a", "core": "1"}, (90.0, None)),
        ({"host": "a", "service_name": "payment-service"}, (90.0, None)),
        ({"host": "b", "service_name": "payment-service"}, (60.0, 50.0)),
        ({"core": "0"}, (10.0, None)),
        ({"host": "b"}, (80.0, 70.0)),
    ],
)
def test_the_first_override_that_matches_counts(
    labels: dict[str, str], expected: tuple[float, float | None]
) -> None:
    assert threshold_for(OVERRIDES, labels, 80.0, 70.0) == expected


def test_without_overrides_the_rule_decides() -> None:
    assert threshold_for([], {"host": "a"}, 80.0, None) == (80.0, None)


def test_overrides_are_read_from_the_column() -> None:
    rows = [
        {"labels": {"host": "a"}, "threshold": 90},
        {"labels": {"host": "b"}, "threshold": 80.5, "recovery_threshold": 0},
    ]

    assert overrides_of(rows) == [Override({"host": "a"}, 90.0), Override({"host": "b"}, 80.5, 0.0)]


def test_a_row_without_a_threshold_is_refused() -> None:
    with pytest.raises(KeyError, match="threshold"):
        overrides_of([{"labels": {"host": "a"}}])
