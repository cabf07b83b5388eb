"""How composite rules stand on each other."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.composites import MAX_DEPTH, circle_through, fault_of, levels, users, users_of

CHAIN = {"top": {"middle", "cpu"}, "middle": {"low"}, "low": {"cpu", "disk"}}
PLAIN = {"cpu", "disk"}


@pytest.mark.parametrize("name", ["top", "middle", "low"])
def test_a_chain_of_three_composite_rules_stands(name: str) -> None:
    assert fault_of(CHAIN, name, {*CHAIN, *PLAIN}) == ""


@pytest.mark.parametrize("name", ["roof", "top", "middle", "low"])
def test_a_chain_of_four_is_refused_wherever_it_is_changed(name: str) -> None:
    graph = {**CHAIN, "roof": {"top"}}

    fault = fault_of(graph, name, {*graph, *PLAIN})

    assert fault.startswith("composite rules may stand on each other 3 deep, this makes a chain of")


def test_a_rule_beside_a_chain_that_is_too_long_is_not_blamed_for_it() -> None:
    graph = {**CHAIN, "roof": {"top"}, "other": {"cpu"}}

    assert fault_of(graph, "other", {*graph, *PLAIN}) == ""


def test_rules_that_are_not_there_are_named_in_order() -> None:
    assert fault_of({"a": {"y", "cpu", "x"}}, "a", {"a", "cpu"}) == "there is no rule named x, y"


@pytest.mark.parametrize(
    ("graph", "way"),
    [
        ({"a": {"a"}}, "a > a"),
        ({"a": {"b"}, "b": {"a"}}, "a > b > a"),
        ({"a": {"b", "c"}, "b": {"d"}, "d": {"a"}, "c": {"a"}}, "a > c > a"),
        ({"a": {"b"}, "b": {"c"}, "c": {"a"}}, "a > b > c > a"),
    ],
)
def test_a_circle_is_shown_the_shortest_way(graph: dict[str, set[str]], way: str) -> None:
    assert fault_of(graph, "a", set(graph)) == f"it would watch itself: {way}"


def test_a_circle_elsewhere_is_no_circle_through_this_rule() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b"}}

    assert circle_through(graph, "a") == []


def test_levels_count_composite_rules_and_stop_beyond_the_limit() -> None:
    assert [levels(CHAIN, name) for name in ("low", "middle", "top")] == [1, 2, 3]
    assert levels({"a": {"a"}}, "a") == MAX_DEPTH + 1


def test_users_are_the_other_way_round() -> None:
    assert users(CHAIN) == {"top": set(), "middle": {"top"}, "low": {"middle"}}


def test_whoever_names_one_of_the_rules_is_found_by_name() -> None:
    assert users_of(CHAIN, ["cpu"]) == ["low", "top"]
    assert users_of(CHAIN, ["top"]) == []


NAMES = st.sampled_from("abcdefg")


@given(st.dictionaries(NAMES, st.sets(NAMES, max_size=3)), NAMES)
def test_a_circle_begins_and_ends_with_the_rule_and_each_step_is_named(
    graph: dict[str, set[str]], start: str
) -> None:
    way = circle_through(graph, start)

    if way:
        assert (way[0], way[-1]) == (start, start)
        assert all(after in graph[before] for before, after in pairwise(way))
    else:
        assert start not in _reachable(graph, start)


def _reachable(graph: dict[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    frontier = set(graph.get(start, ()))
    while frontier:
        found |= frontier
        frontier = {each for name in frontier for each in graph.get(name, ())} - found
    return found
