"""Rules as YAML: what is read, what is refused and where, what is printed."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import rules_file
from alerts.rules_file import RulesFileError, parse, render

EXAMPLE = """\
# comment
rules:
- rule_name: hot
  threshold: 80
  label_matchers:
    host: a

- {rule_name: cold, condition: "<"}
"""


def test_rules_are_read_with_the_lines_where_they_and_their_fields_stand() -> None:
    hot, cold = parse(EXAMPLE)

    assert hot.fields == {"rule_name": "hot", "threshold": 80, "label_matchers": {"host": "a"}}
    assert (hot.line, hot.lines) == (3, {"rule_name": 3, "threshold": 4, "label_matchers": 5})
    assert (cold.line, cold.fields) == (8, {"rule_name": "cold", "condition": "<"})


def test_a_file_without_rules_is_read() -> None:
    assert parse("rules: []") == []


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("", 1, "the file is empty"),
        ("# nothing\n", 1, "the file is empty"),
        ("hot", 1, "expected `rules:`"),
        ("\nrules: 5", 2, "expected `rules:`"),
        ("rules:\n", 1, "expected `rules:`"),
        ("rules: []\ngroups: []", 2, "'groups' is not known"),
        ("rules:\n- hot", 2, "a rule is a list entry of fields"),
        ("rules:\n- a: 1\n  b: 2\n  a: 3", 4, "a is given twice"),
        ("rules:\n- a: {x: 1, x: 2}", 2, "x is given twice"),
        ("rules:\n- a: 1\nrules: []", 3, "rules is given twice"),
        ("rules:\n- a: &x 1", 2, "anchors and aliases are not read"),
        ("rules:\n- a: 1\n  b: *x", 3, "anchors and aliases are not read"),
        ("rules:\n- <<: {a: 1}", 2, "`<<` is not read"),
        ("rules:\n- ? [a]\n  : 1", 2, "a key is a plain text"),
        ("rules:\n- a: 2025-13-45", 2, "month must be in 1..12"),
        ("rules:\n- a: !!python/object:os.system 1", 2, "could not determine a constructor"),
        ("rules:\n- a: [", 2, "expected the node content"),
        ("rules:\n- a: 1\n- b: \x01", 3, "a character that YAML does not allow"),
        ("rules: []\n---\nrules: []", 2, "but found another document"),
        ("rules:\n- a: " + "1" * 5_000, 2, "Exceeds the limit"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, problem: str) -> None:
    with pytest.raises(RulesFileError) as caught:
        parse(text)

    assert caught.value.line == line
    assert problem in caught.value.problem
    assert str(caught.value) == f"line {line}: {caught.value.problem}"


def test_what_is_nested_too_deeply_is_refused_before_it_exhausts_the_stack() -> None:
    deepest = "rules:\n- a: " + "[" * 17 + "]" * 17

    assert parse(deepest)
    with pytest.raises(RulesFileError, match="line 2: nested deeper than 20 levels"):
        parse("rules:\n- a: " + "[" * 10_000)
    with pytest.raises(RulesFileError, match="nested deeper"):
        parse("rules:\n- a: " + "[" * 18 + "]" * 18)


def test_a_file_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_file, "MAX_CHARACTERS", 9)

    assert parse("rules: []") == []
    with pytest.raises(RulesFileError, match="longer than 9 characters"):
        parse("rules: [] ")


def test_rules_are_printed_by_name_with_their_fields_in_the_order_given() -> None:
    rules = [
        {"rule_name": "b", "threshold": 80.0, "condition": ">"},
        {"rule_name": "a", "threshold": 0.5, "annotations": {"summary": "one\ntwo", "b": " on"}},
    ]

    assert render(rules).partition("rules:\n")[2] == (
        "- rule_name: a\n"
        "  threshold: 0.5\n"
        "  annotations:\n"
        "    summary: |-\n"
        "      one\n"
        "      two\n"
        "    b: ' on'\n"
        "\n"
        "- rule_name: b\n"
        "  threshold: 80\n"
        "  condition: '>'\n"
    )


def test_the_printed_file_says_how_it_is_applied() -> None:
    text = render([])

    assert text.startswith("# Alert rules.")
    assert "rules_apply FILE" in text
    assert text.endswith("\nrules: []\n")


def test_values_that_are_the_same_object_are_written_out() -> None:
    shared = ["host"]

    (rule,) = parse(render([{"rule_name": "a", "group_by": shared, "other": shared}]))

    assert rule.fields["other"] == ["host"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
VALUES: st.SearchStrategy[Any] = st.recursive(
    TEXT
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
    | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(TEXT, st.dictionaries(TEXT, VALUES, max_size=4), max_size=3))
def test_what_is_printed_is_read_again_as_it_was(rules: dict[str, dict[str, Any]]) -> None:
    named = [{**fields, "rule_name": name} for name, fields in rules.items()]

    found = parse(render(named))

    assert [rule.fields for rule in found] == sorted(named, key=lambda each: str(each["rule_name"]))
