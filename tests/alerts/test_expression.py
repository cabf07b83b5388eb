"""Rules over other rules."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.evaluation.expression import ExpressionError, parse

NAMES = st.sampled_from(
    ["a", "high_cpu", "night shift", 'say "no"', "back\\slash", "and", "x.y:z-1"]
)


@pytest.mark.parametrize(
    ("text", "firing", "holds"),
    [
        ("a", {"a"}, True),
        ("a", {"b"}, False),
        ("a and b", {"a"}, False),
        ("a and b", {"a", "b"}, True),
        ("a or b", {"b"}, True),
        ("a and not b", {"a"}, True),
        ("a and not b", {"a", "b"}, False),
        # not binds closer than and, and closer than or.
        ("a or b and c", {"a"}, True),
        ("a and b or c", {"c"}, True),
        ("(a or b) and c", {"a"}, False),
        ("a and (b or c)", {"a", "c"}, True),
        ("not a and b", {"b"}, True),
        ("not (a and b) and c", {"a", "c"}, True),
        ("not (a and b) and c", {"a", "b", "c"}, False),
        ("a and not not b", {"a", "b"}, True),
        ("a AND NOT b Or c", {"c"}, True),
        ('"High CPU" and "a\\"b"', {"High CPU", 'a"b'}, True),
        ('"and" and "NOT"', {"and", "NOT"}, True),
        ("a:b.c-d_1 and é", {"a:b.c-d_1", "é"}, True),
        ("(((a)))", {"a"}, True),
        (" \n a\tand\nb ", {"a", "b"}, True),
    ],
)
def test_an_expression_holds_for_what_fires(text: str, firing: set[str], *, holds: bool) -> None:
    assert parse(text).holds(firing) is holds


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a", {"a"}),
        ("a and (b or not a) and not c", {"a", "b", "c"}),
        ('A and "b c"', {"A", "b c"}),
    ],
)
def test_the_names_are_those_of_all_operands(text: str, names: set[str]) -> None:
    assert parse(text).names() == names


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("", 0, "expected the name of a rule instead of the end"),
        ("  ", 2, "expected the name of a rule instead of the end"),
        ("a b", 2, "expected `and` or `or` before `b`"),
        ("a not b", 2, "expected `and` or `or` before `not`"),
        ("a and", 5, "expected the name of a rule instead of the end"),
        ("and a", 0, "expected the name of a rule instead of `and`"),
        ("a and or b", 6, "expected the name of a rule instead of `or`"),
        ("(a", 2, "expected `)` for the `(` at 1 before the end"),
        ("b and (a b)", 9, "expected `)` for the `(` at 7 before `b`"),
        ("a)", 1, "expected `and` or `or` before `)`"),
        ("()", 1, "expected the name of a rule instead of `)`"),
        ("a & b", 2, "'&' has no meaning here; put names with such signs in double quotes"),
        ('a and "b', 6, "the quote is never closed; end the name with a double quote"),
        ('a and "b\\"', 6, "the quote is never closed; end the name with a double quote"),
        ('a and ""', 6, "a rule has a name; write one between the quotes"),
        ("a" * 1_001, 1_000, "longer than 1000 characters"),
        ("(" * 21 + "a" + ")" * 21, 20, "nested deeper than 20 levels"),
        ("(a) and not not b and " + "(" * 21 + "a", 42, "nested deeper than 20 levels"),
        ("a and " + "not " * 21 + "b", 86, "nested deeper than 20 levels"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(
    text: str, position: int, problem: str
) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text)

    assert (refused.value.position, refused.value.problem) == (position, problem)
    assert str(refused.value) == f"at character {position + 1}: {problem}"


@pytest.mark.parametrize("text", ["not a", "a or not b", "not (a and b)", "not not not a"])
def test_what_holds_while_nothing_fires_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError, match="it would hold while no rule fires") as refused:
        parse(text)

    assert refused.value.position == 0


@pytest.mark.parametrize(
    "text", ["(" * 20 + "a" + ")" * 20, "(a) and " * 50 + "a", "a" * 1_000, "not " * 20 + "a"]
)
def test_what_is_within_the_bounds_is_read(text: str) -> None:
    assert parse(text).names() == {text if len(set(text)) == 1 else "a"}


def quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


Tree = Any
TREES: st.SearchStrategy[Tree] = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["and", "or"]), inner, inner)
    ),
    max_leaves=8,
)


def written(tree: Tree) -> str:
    if isinstance(tree, str):
        return quoted(tree)
    if tree[0] == "not":
        return f"not ({written(tree[1])})"
    return f"({written(tree[1])}) {tree[0]} ({written(tree[2])})"


def holds(tree: Tree, firing: set[str]) -> bool:
    if isinstance(tree, str):
        return tree in firing
    if tree[0] == "not":
        return not holds(tree[1], firing)
    parts = (holds(part, firing) for part in tree[1:])
    return all(parts) if tree[0] == "and" else any(parts)


@given(TREES, st.sets(NAMES))
def test_whatever_is_written_is_understood_as_it_was_meant(tree: Tree, firing: set[str]) -> None:
    text = written(tree)
    if text.count("(") > 20 or len(text) > 1_000:
        return
    if holds(tree, set()):
        with pytest.raises(ExpressionError, match="while no rule fires"):
            parse(text)
    else:
        assert parse(text).holds(firing) is holds(tree, firing)


@given(st.text(alphabet='ab()"\\ andornot&', max_size=60))
def test_any_text_is_read_or_refused_within_itself(text: str) -> None:
    assert 0 <= problem_at(text) <= len(text)


def problem_at(text: str) -> int:
    """Return where the text cannot be read, 0 if it can."""
    try:
        parse(text)
    except ExpressionError as refused:
        return refused.position
    return 0
