"""What differs between two states of a rule, and between two sets of rules."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rule_changes import FieldChange, Present, RuleChange, SetPlan, changes_between, plan_of

DEFAULTS = {"rule_name": "", "threshold": 0, "enabled": True}


def fields(name: str, threshold: float = 80) -> dict[str, object]:
    return {**DEFAULTS, "rule_name": name, "threshold": threshold}


def plan(*wanted: dict[str, object], prune: bool = False, **present: dict[str, object]) -> SetPlan:
    rows = {name: Present(3, each) for name, each in present.items()}
    return plan_of(wanted, rows, defaults=DEFAULTS, prune=prune)


def test_only_fields_that_differ_are_changes_in_the_order_of_what_comes_after() -> None:
    before = {"a": 1, "b": 2, "gone": 5}
    after = {"c": 3, "b": 0, "a": 1}

    assert changes_between(before, after) == (
        FieldChange("c", None, 3),
        FieldChange("b", 2, 0),
        FieldChange("gone", 5, None),
    )


def test_a_whole_number_is_the_same_as_its_fraction() -> None:
    assert changes_between({"threshold": 80}, {"threshold": 80.0}) == ()


def test_a_rule_that_is_not_there_is_created_and_shows_what_is_not_default() -> None:
    assert plan(fields("a")).create == (
        RuleChange("a", None, (FieldChange("rule_name", "", "a"), FieldChange("threshold", 0, 80))),
    )


def test_a_rule_that_differs_is_changed_and_one_that_does_not_is_the_same() -> None:
    made = plan(fields("b", 1), fields("a"), a=fields("a"), b=fields("b"))

    assert made == SetPlan(
        change=(RuleChange("b", 3, (FieldChange("threshold", 80, 1),)),), same=("a",)
    )
    assert not made.is_empty


@pytest.mark.parametrize("prune", [True, False])
def test_what_is_not_wanted_goes_only_if_pruned(*, prune: bool) -> None:
    made = plan(prune=prune, b=fields("b"), a=fields("a"))

    assert [change.name for change in made.delete] == (["a", "b"] if prune else [])
    assert made.kept == (() if prune else ("a", "b"))
    assert made.is_empty is not prune


def test_a_deleted_rule_shows_what_is_lost() -> None:
    (deleted,) = plan(prune=True, a=fields("a")).delete

    assert (deleted.version, FieldChange("threshold", 80, 0) in deleted.fields) == (3, True)


NUMBERS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2))


@given(NUMBERS, NUMBERS)
def test_every_rule_has_exactly_one_fate_and_a_second_plan_is_empty(
    wanted: dict[str, int], present: dict[str, int]
) -> None:
    goal = [fields(name, threshold) for name, threshold in wanted.items()]
    there = {name: fields(name, threshold) for name, threshold in present.items()}

    made = plan(*goal, prune=True, **there)

    fates = [each.name for each in (*made.create, *made.change, *made.delete)] + [*made.same]
    assert sorted(fates) == sorted(set(wanted) | set(present))
    assert plan(*goal, prune=True, **{str(each["rule_name"]): each for each in goal}).is_empty
