"""Operators: numbers, filters, matching, sets, and what becomes of names and labels."""

import math

import pytest

from monitoring.promql.errors import ExecutionError
from tests.monitoring.promql.asking import at_noon, load, names_at_noon, number_at_noon, until_noon

QUEUES = """
depth{q=a,team=x} 5
depth{q=b,team=x} 8
limit{q=a} 10
limit{q=b} 4
limit{q=c} 1
owner{q=a,who=ana} 1
owner{q=b,who=bo} 1
"""


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("1 + 2 * 3", 7),
        ("2 ^ 3 ^ 2", 512),
        ("-1 ^ 2", -1),
        ("-7 % 3", -1),
        ("7 % -3", 1),
        ("1 / 0", math.inf),
        ("3 > bool 2", 1),
        ("3 <= bool 2", 0),
        ("2 == bool 2", 1),
        ("2 != bool 2", 0),
        ("(0 atan2 -1)", math.pi),
    ],
)
def test_numbers(query: str, value: float) -> None:
    assert number_at_noon(query) == pytest.approx(value)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("depth > 5", {"b/x": 8}),
        ("5 < depth", {"b/x": 8}),
        ("depth >= 5", {"a/x": 5, "b/x": 8}),
        ("depth > bool 5", {"a/x": 0, "b/x": 1}),
        ("100 - depth", {"a/x": 95, "b/x": 92}),
        ("-depth", {"a/x": -5, "b/x": -8}),
        ("depth + on (q) limit", {"a": 15, "b": 12}),
        ("depth / ignoring (team) limit", {"a": 0.5, "b": 2}),
        ("depth > on (q) limit", {"b": 8}),
        ("depth > bool on (q) limit", {"a": 0, "b": 1}),
        ("depth * on (q) group_left (who) owner", {"a/x/ana": 5, "b/x/bo": 8}),
        ("owner * on (q) group_right (who) depth", {"a/x/ana": 5, "b/x/bo": 8}),
        ("limit - on (q) group_right depth", {"a/x": 5, "b/x": -4}),
        ("depth > on (q) group_left limit", {"b/x": 8}),
        ("limit < on (q) group_right depth", {"b/x": 4}),
        ("depth + limit", {}),
        ("limit and on (q) depth", {"a": 10, "b": 4}),
        ("limit unless on (q) depth", {"c": 1}),
        ("limit or on (q) depth", {"a": 10, "b": 4, "c": 1}),
        ("depth or limit", {"a/x": 5, "b/x": 8, "a": 10, "b": 4, "c": 1}),
        ("limit and vector(1)", {}),
        ("limit and on () vector(1)", {"a": 10, "b": 4, "c": 1}),
        ("vector(1) unless on () nothing", {"": 1}),
        ("nothing or vector(0)", {"": 0}),
    ],
)
def test_vectors(query: str, found: dict[str, float]) -> None:
    assert at_noon(query, load(QUEUES)) == found


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("depth > 5", {"depth"}),
        ("depth > bool 5", {""}),
        ("depth + 0", {""}),
        ("+depth", {"depth"}),
        ("-depth", {""}),
        ("depth > ignoring (team) limit", {"depth"}),
        ("depth > on (q) limit", {""}),
        ("depth and on (q) limit", {"depth"}),
        ("depth atan2 2", {"depth"}),
        ("abs(depth)", {""}),
        ("last_over_time(depth[5m])", {"depth"}),
        ("max_over_time(depth[5m])", {""}),
        ("topk(1, depth)", {"depth"}),
        ("sum without (q) (depth)", {""}),
        ("sum by (__name__) (depth)", {"depth"}),
    ],
)
def test_a_result_keeps_the_name_only_if_it_is_still_that_metric(
    query: str, names: set[str]
) -> None:
    assert names_at_noon(query, load(QUEUES)) == names


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (
            "depth + on (team) depth",
            '{team="x"} on the right hand-side of the operation: [{__name__="depth", q="b", team="x"}',
        ),
        ("depth * on (team) group_right depth", "on the left hand-side of the operation"),
        (
            "depth * on (team) sum by (team) (depth)",
            "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)",
        ),
        (
            "depth * on () group_left (q) sum(depth)",
            "multiple matches for labels: grouping labels must ensure unique matches",
        ),
        ("abs({q='a'})", "vector cannot contain metrics with the same labelset"),
        ("-{__name__=~'limit2?'}", "vector cannot contain metrics with the same labelset"),
        ("rate({__name__=~'limit2?'}[5m]) or limit", "vector cannot contain"),
    ],
)
def test_ambiguous_matches_are_refused(query: str, reason: str) -> None:
    source = load(QUEUES.replace("} ", "} 1 ") + "limit2{q=a} 2 2\nlimit2{q=b} 3 3")
    with pytest.raises(ExecutionError) as caught:
        at_noon(query, source)

    assert reason in caught.value.message


def test_matching_is_done_step_by_step() -> None:
    source = load(
        "left{a=1} 1 1 1 1 1 1 1 1\nright{b=1} 2 _ _ _ _ _ _ _\nright{b=2} _ _ _ _ _ _ _ 3"
    )

    assert until_noon("left * on () right", source, minutes=7) == {"": "2 2 2 2 2 2 _ 3"}


def test_results_of_equal_labels_that_never_meet_are_one_series() -> None:
    source = load("old{a=1} 1 _ _ _ _ _ _ _\nnew{a=1} _ _ _ _ _ _ _ 3")

    found = until_noon('{__name__=~"old|new"} * 2', source, minutes=7)

    assert found == {"1": "2 2 2 2 2 2 _ 6"}


def test_what_is_absent_on_one_side_is_absent_in_the_result() -> None:
    source = load("a 1 _ _ _ _ _ _ 2\nb 1 1 1 1 1 1 1 1")

    assert until_noon("a + b", source, minutes=7) == {"": "2 2 2 2 2 2 _ 3"}
    assert until_noon("b unless a", source, minutes=7) == {"": "_ _ _ _ _ _ 1 _"}
    assert until_noon("sum(a or on () b)", source, minutes=7) == {"": "1 1 1 1 1 1 1 2"}
