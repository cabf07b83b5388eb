"""Matchers as JSON and as lines."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.routing.matcher_format import from_json, from_text, to_json, to_text
from alerts.routing.matching import Matcher, MatchOp
from monitoring.errors import InvalidInputError

SOME = {"label": "severity", "op": "=", "value": "warning"}
LABELS = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters='"=!~'), min_size=1, max_size=9
)
VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


def test_json_and_back() -> None:
    raw = [SOME, {"label": "rule", "op": "!~", "value": "high_.*"}]

    assert to_json(from_json(raw)) == raw


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (None, "must be a list"),
        ({}, "must be a list"),
        ("severity=warning", "must be a list"),
        ([], "1 to 32 matchers"),
        ([SOME] * 33, "1 to 32 matchers"),
        (["severity"], "matcher 1: needs label, op and value"),
        ([SOME, {"label": "a", "op": "="}], "matcher 2: needs label, op and value"),
        ([{**SOME, "isRegex": True}], "nothing else"),
        ([{**SOME, "label": ""}], "no name"),
        ([{**SOME, "label": 5}], "label must be a text"),
        ([{**SOME, "label": "a" * 65}], "at most 64"),
        ([{**SOME, "value": "a" * 1_001}], "at most 1000"),
        ([{**SOME, "value": None}], "value must be a text"),
        ([{**SOME, "value": "a\0"}], "cannot be stored"),
        ([{**SOME, "value": "\ud800"}], "cannot be stored"),
        ([{**SOME, "op": "=="}], "op must be one of =, !=, =~, !~"),
        ([{**SOME, "op": ["="]}], "op must be one of"),
        ([SOME, {**SOME, "op": "=~", "value": "("}], "matcher 2: not a regular expression"),
    ],
)
def test_what_cannot_be_used_is_refused(raw: Any, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        from_json(raw)


@pytest.mark.parametrize(
    ("op", "value"), [("=~", ".*"), ("=", ""), ("!=", "x"), ("!~", "x"), ("=~", "a*")]
)
def test_what_mutes_everything_is_refused(op: str, value: str) -> None:
    with pytest.raises(InvalidInputError, match="mute every alert"):
        from_json([{"label": "severity", "op": op, "value": value}])


def test_a_matcher_that_excludes_may_stand_beside_one_that_selects() -> None:
    excluding = {"label": "host", "op": "!=", "value": "a"}

    assert len(from_json([SOME, excluding])) == 2


def test_the_limits_themselves_are_allowed() -> None:
    longest = {"label": "a" * 64, "op": "=", "value": "b" * 1_000}

    assert len(from_json([longest] * 32)) == 32


@pytest.mark.parametrize(
    ("line", "label", "op", "value"),
    [
        ("severity=warning", "severity", "=", "warning"),
        ("  severity  =  warning  ", "severity", "=", "warning"),
        ('severity="warning"', "severity", "=", "warning"),
        ('severity=" warning "', "severity", "=", " warning "),
        ("rule=~high_.*", "rule", "=~", "high_.*"),
        (r'rule=~"a\\.b"', "rule", "=~", r"a\.b"),
        ("rule!~x|y", "rule", "!~", "x|y"),
        ("rule!=x", "rule", "!=", "x"),
        ("host=a=b", "host", "=", "a=b"),
    ],
)
def test_lines_as_people_type_them(line: str, label: str, op: str, value: str) -> None:
    assert from_text(f"severity=warning\n\n{line}")[1] == Matcher(label, MatchOp(op), value)


@pytest.mark.parametrize("line", ["severity", "=warning", "a b=c", 'rule="x', 'rule="x"y'])
def test_a_line_that_cannot_be_read_is_named(line: str) -> None:
    with pytest.raises(InvalidInputError, match="line 2"):
        from_text(f"severity=warning\n{line}")


@given(label=LABELS, op=st.sampled_from([MatchOp.EQUAL, MatchOp.NOT_EQUAL]), value=VALUES)
def test_what_is_written_as_lines_is_read_back(label: str, op: MatchOp, value: str) -> None:
    matchers = [Matcher("severity", MatchOp.EQUAL, "warning"), Matcher(label, op, value)]

    assert from_text(to_text(matchers)) == matchers
