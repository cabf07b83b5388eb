"""What is kept of what a service says."""

import pytest

from health.probes.facts import chosen, fact, facts


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (7, 7),
        (7.5, 7.5),
        (2**63, str(2**63)),
        (2**63 - 1, 2**63 - 1),
        (-(2**63), str(-(2**63))),
        (True, "True"),
        ("1.2.3", "1.2.3"),
        ("a\x00b\n\x1b[31mc", "ab[31mc"),
        ("x" * 65, "x" * 64),
        ({"a": 1}, "{'a': 1}"),
    ],
)
def test_a_fact_is_a_number_or_a_short_plain_text(value: object, kept: object) -> None:
    assert fact(value) == kept


def test_what_says_nothing_is_left_out() -> None:
    assert facts(a=None, b="", c=0) == {"c": 0}


def test_only_the_chosen_names_are_kept() -> None:
    assert chosen({"version": "1", "token": "hunter2"}, "version", "uptime") == {"version": "1"}
