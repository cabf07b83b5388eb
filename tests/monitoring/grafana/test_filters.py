"""Ad-hoc filters, under the names and operators of either plug-in."""

from typing import Any

import pytest

from monitoring.errors import InvalidInputError
from monitoring.grafana.filters import filters_of


def passes(item: dict[str, Any], **labels: str) -> bool:
    (condition,) = filters_of({"filters": [item]})
    return condition.accepts(labels)


@pytest.mark.parametrize(
    ("operator", "value", "passing", "failing"),
    [
        ("=", "a", ["a"], ["b", "", "aa"]),
        ("!=", "a", ["b", ""], ["a"]),
        ("=~", "a.*|b", ["a", "ax", "b"], ["c", "xa", ""]),
        ("!~", "a.*|b", ["c", ""], ["a", "ax", "b"]),
        ("<", "10", ["9", "-1", "9.5"], ["10", "11", "x", ""]),
        (">", "10", ["11", "10.5", "1e3"], ["10", "9", "x", ""]),
    ],
)
def test_an_operator_lets_pass_what_it_should(
    operator: str, value: str, passing: list[str], failing: list[str]
) -> None:
    item = {"key": "host", "operator": operator, "value": value}

    assert [text for text in (*passing, *failing) if passes(item, host=text)] == passing


@pytest.mark.parametrize(
    ("operator", "expected"), [("=|", [True, True, False]), ("!=|", [False, False, True])]
)
def test_a_filter_may_have_several_values(operator: str, expected: list[bool]) -> None:
    item = {"key": "host", "operator": operator, "value": "a", "values": ["a", "b"]}

    assert [passes(item, host=host) for host in "abc"] == expected


def test_an_absent_label_is_empty() -> None:
    assert passes({"key": "host", "operator": "=", "value": ""})
    assert not passes({"key": "host", "operator": "!=", "value": ""})


def test_an_operator_that_is_missing_means_equal() -> None:
    assert passes({"key": "host", "value": "a"}, host="a")


@pytest.mark.parametrize("name", ["filters", "adhocFilters"])
def test_both_names_are_read(name: str) -> None:
    assert len(filters_of({name: [{"key": "a", "operator": "=", "value": "b"}]})) == 1


@pytest.mark.parametrize("body", [{}, {"filters": None}, {"filters": [{"key": "", "value": ""}]}])
def test_a_filter_that_is_still_being_typed_is_none(body: dict[str, Any]) -> None:
    assert filters_of(body) == ()


def test_fifty_filters_are_read() -> None:
    assert len(filters_of({"filters": [{"key": "a", "value": "b"}] * 50})) == 50


@pytest.mark.parametrize(
    "filters",
    [
        {"key": "a"},
        ["a"],
        [{"key": 5}],
        [{"key": "a", "operator": "~", "value": "b"}],
        [{"key": "a", "operator": "=", "value": 5}],
        [{"key": "a", "operator": "=", "value": "x" * 4_097}],
        [{"key": "a", "operator": "=~", "value": "("}],
        [{"key": "a", "value": "b"}] * 51,
    ],
)
def test_a_filter_that_cannot_be_read_is_refused_and_not_passed_over(filters: object) -> None:
    with pytest.raises(InvalidInputError):
        filters_of({"filters": filters})
