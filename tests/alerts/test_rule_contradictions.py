"""Fields of one rule that contradict each other."""

from typing import Any

import pytest

from alerts.rule_contradictions import WITHOUT_SAMPLES, contradictions

PLAIN: dict[str, Any] = {
    "metric_name": "cpu",
    "expression": "",
    "aggregation": "last",
    "window_seconds": 0,
    "minimum_samples": 0,
    "combine": "",
    "group_by": [],
    "label_matchers": {},
    "condition": ">",
    "threshold": 80.0,
    "recovery_threshold": None,
    "threshold_overrides": [],
    "no_data_policy": "keep",
}
COMPOSITE: dict[str, Any] = {**PLAIN, **WITHOUT_SAMPLES, "metric_name": "", "expression": "a and b"}


def override(threshold: float = 90.0, **more: Any) -> dict[str, Any]:
    return {"labels": {"host": "a"}, "threshold": threshold, **more}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"aggregation": "avg", "window_seconds": 1},
        {"aggregation": "avg", "window_seconds": 60, "minimum_samples": 3},
        {"aggregation": "absent", "window_seconds": 60},
        {"combine": "sum"},
        {"combine": "sum", "group_by": ["host"]},
        {"combine": "sum", "group_by": [f"label_{n}" for n in range(16)]},
        {"combine": "sum", "group_by": ["x" * 64]},
        {"combine": "sum", "group_by": ["h"]},
        {"combine": "sum", "group_by": ["host"], "threshold_overrides": [override()]},
        {"recovery_threshold": 80.0},
        {"recovery_threshold": 70.0},
        {"condition": ">=", "recovery_threshold": 70.0},
        {"condition": "<", "recovery_threshold": 90.0},
        {"condition": "<=", "recovery_threshold": 80.0},
        {"condition": "=="},
        {"threshold_overrides": [override(recovery_threshold=85.0)]},
        # The rule's own recovery threshold does not count for an override: 60 with 70 is right.
        {"recovery_threshold": 70.0, "threshold_overrides": [override(60.0)]},
        {"threshold_overrides": [override(), {"labels": {"host": "b"}, "threshold": 1.0}]},
    ],
)
def test_a_rule_over_samples_that_agrees_with_itself_stands(fields: dict[str, Any]) -> None:
    assert contradictions({**PLAIN, **fields}) == {}


@pytest.mark.parametrize(
    ("fields", "field", "problem"),
    [
        ({"metric_name": ""}, "metric_name", "needs a metric, or an expression"),
        ({"expression": "a and b"}, "expression", "a metric or other rules, not both"),
        ({"aggregation": "avg"}, "window_seconds", "avg needs a window in seconds"),
        ({"aggregation": "absent"}, "window_seconds", "absent needs a window"),
        ({"window_seconds": 1}, "window_seconds", "(last) has no window: leave it at 0"),
        ({"minimum_samples": 1}, "minimum_samples", "there is none"),
        (
            {"aggregation": "absent", "window_seconds": 60, "minimum_samples": 1},
            "minimum_samples",
            "absent fires because there are no samples",
        ),
        ({"group_by": ["host"]}, "group_by", "say how their series are combined"),
        ({"combine": "sum", "group_by": ["host", "host"]}, "group_by", "names a label twice"),
        ({"combine": "sum", "group_by": [""]}, "group_by", "1 to 64 characters"),
        ({"combine": "sum", "group_by": ["x" * 65]}, "group_by", "1 to 64 characters"),
        ({"combine": "sum", "group_by": list("abcdefghijklmnopq")}, "group_by", "at most 16"),
        ({"recovery_threshold": 80.5}, "recovery_threshold", "fires above 80 .* at most 80"),
        (
            {"condition": ">=", "recovery_threshold": 81.0},
            "recovery_threshold",
            "fires above 80 is over at or below it",
        ),
        (
            {"condition": "<", "recovery_threshold": 79.5},
            "recovery_threshold",
            "fires below 80 is over at or above it: at least 80",
        ),
        ({"condition": "<=", "recovery_threshold": 0.0}, "recovery_threshold", "at least 80"),
        ({"condition": "==", "recovery_threshold": 80.0}, "recovery_threshold", "== has no side"),
        ({"condition": "!=", "recovery_threshold": 1.0}, "recovery_threshold", "!= has no side"),
        (
            {"threshold_overrides": [override(recovery_threshold=91.0)]},
            "threshold_overrides",
            "override 1: what fires above 90",
        ),
        (
            {"condition": "==", "threshold_overrides": [override(recovery_threshold=91.0)]},
            "threshold_overrides",
            "override 1: == has no side",
        ),
        (
            {"threshold_overrides": [override(), override(95.0)]},
            "threshold_overrides",
            "override 2: an earlier one has the same labels",
        ),
        (
            {"combine": "sum", "group_by": ["zone"], "threshold_overrides": [override()]},
            "threshold_overrides",
            "override 1: groups carry only the labels of group_by, not host",
        ),
    ],
)
def test_a_contradiction_is_named_with_its_field_and_what_to_do(
    fields: dict[str, Any], field: str, problem: str
) -> None:
    found = contradictions({**PLAIN, **fields})

    assert list(found) == [field]
    assert len(found[field]) == 1
    assert _mentions(found[field][0], problem)


def _mentions(text: str, pattern: str) -> bool:
    first, _, last = pattern.partition(" .* ")
    return first in text and last in text


def test_every_wrong_override_is_named() -> None:
    wrong = [override(recovery_threshold=91.0), override(95.0)]

    found = contradictions({**PLAIN, "threshold_overrides": wrong})

    assert [text[:11] for text in found["threshold_overrides"]] == ["override 1:", "override 2:"]


@pytest.mark.parametrize("fields", [{}, {"group_by": ["host"]}])
def test_a_composite_rule_stands_and_may_be_grouped(fields: dict[str, Any]) -> None:
    assert contradictions({**COMPOSITE, **fields}) == {}


@pytest.mark.parametrize(
    ("field", "value", "left_at"),
    [
        ("aggregation", "avg", "last"),
        ("window_seconds", 60, "0"),
        ("minimum_samples", 1, "0"),
        ("combine", "sum", "none"),
        ("label_matchers", {"host": "a"}, "{}"),
        ("condition", "<", ">"),
        ("threshold", 1.0, "0"),
        ("recovery_threshold", 0.0, "none"),
        ("threshold_overrides", [override()], "[]"),
        ("no_data_policy", "fire", "keep"),
    ],
)
def test_a_composite_rule_has_nothing_that_is_about_samples(
    field: str, value: Any, left_at: str
) -> None:
    found = contradictions({**COMPOSITE, field: value})

    assert found == {
        field: [f"a composite rule watches rules and no samples: leave it at {left_at}"]
    }


def test_the_groups_of_a_composite_rule_are_checked_too() -> None:
    assert contradictions({**COMPOSITE, "group_by": ["a", "a"]}) == {
        "group_by": ["names a label twice"]
    }
