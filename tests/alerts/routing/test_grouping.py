"""Which alerts are one group."""

import re

from hypothesis import given
from hypothesis import strategies as st

from alerts.routing.grouping import group_key

LABELS = st.dictionaries(st.sampled_from("abcd"), st.text(max_size=3), max_size=4)
NAMES = st.lists(st.sampled_from("abcd"), max_size=4)


@given(one=LABELS, other=LABELS, by=NAMES)
def test_two_alerts_are_one_group_exactly_if_the_named_labels_agree(
    one: dict[str, str], other: dict[str, str], by: list[str]
) -> None:
    agree = all(one.get(name, "") == other.get(name, "") for name in by)

    assert (group_key(one, by) == group_key(other, by)) is agree


@given(labels=LABELS, by=NAMES)
def test_neither_order_nor_repetition_of_the_names_matters(
    labels: dict[str, str], by: list[str]
) -> None:
    assert group_key(labels, by) == group_key(labels, [*reversed(by), *by])


def test_a_key_has_64_hexadecimal_characters() -> None:
    assert re.fullmatch("[0-9a-f]{64}", group_key({"rule": "service_down"}, ["rule"]))


def test_the_key_is_stored_so_it_never_changes() -> None:
    known = "bee42d6d87a8965e27b119a06a7a1f87a9e731255af3e5449189a60ef787c511"

    assert group_key({"rule": "service_down", "host": "a"}, ["rule"]) == known


def test_other_names_make_other_groups() -> None:
    labels = {"a": "x", "b": "x"}

    assert group_key(labels, ["a"]) != group_key(labels, ["b"])
    assert group_key(labels, ["a"]) != group_key(labels, [])


def test_no_value_can_be_written_such_that_it_reads_like_two() -> None:
    assert group_key({"a": 'x","b', "b": ""}, ["a"]) != group_key({"a": "x", "b": ""}, ["a", "b"])
