"""Targets as users and Grafana's variables write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.errors import InvalidInputError
from monitoring.grafana.targets import Matcher, Target, choices_of, parse_target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("cpu", Target(("cpu",))),
        ("  cpu {} ", Target(("cpu",))),
        ("(cpu|mem)", Target(("cpu", "mem"))),
        (r"jvm\.heap", Target(("jvm.heap",))),
        ('cpu{host="a"}', Target(("cpu",), (Matcher("host", frozenset({"a"})),))),
        (
            'cpu{host="a", service_name="b",}',
            Target(
                ("cpu",),
                (Matcher("host", frozenset({"a"})), Matcher("service_name", frozenset({"b"}))),
            ),
        ),
        (
            r'cpu{host=~"(a\.x|b)"}',
            Target(("cpu",), (Matcher("host", frozenset({"a.x", "b"})),)),
        ),
        ('cpu{host="(a|b)"}', Target(("cpu",), (Matcher("host", frozenset({"a", "b"})),))),
        ('cpu{host!="a"}', Target(("cpu",), (Matcher("host", frozenset({"a"}), negated=True),))),
        (
            'cpu{host!~"a|b"}',
            Target(("cpu",), (Matcher("host", frozenset({"a", "b"}), negated=True),)),
        ),
        ('cpu{host=~".*"}', Target(("cpu",))),
        ('cpu{host!~".*"}', Target(("cpu",), (Matcher("host", frozenset()),))),
        ('cpu{host=~".+"}', Target(("cpu",), (Matcher("host", frozenset({""}), negated=True),))),
        ('cpu{host!~".+"}', Target(("cpu",), (Matcher("host", frozenset({""})),))),
        ('cpu{host=""}', Target(("cpu",), (Matcher("host", frozenset({""})),))),
        (
            r'cpu{q="say \"hi\", {x}"}',
            Target(("cpu",), (Matcher("q", frozenset({'say "hi", {x}'})),)),
        ),
    ],
)
def test_a_target_says_which_series_are_meant(text: str, target: Target) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        '{host="a"}',
        'cpu{host="a"',
        'cpu{host="a"}}',
        "cpu}",
        "cpu{host}",
        "cpu{host=a}",
        'cpu{host="a" port="b"}',
        'cpu{="a"}',
        'cpu{host="a}',
        "x" * 4_097,
        "|".join(str(n) for n in range(201)),
    ],
)
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_target(text)


def test_the_longest_target_and_the_largest_choice_are_read() -> None:
    assert parse_target("x" * 4_096).metrics == ("x" * 4_096,)
    assert len(parse_target("|".join(str(n) for n in range(200))).metrics) == 200


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("a", ["a"]),
        ("a|b|a", ["a", "b"]),
        ("(a|b)", ["a", "b"]),
        (r"(a\|b|c)", ["a|b", "c"]),
        (r"\(a\)", ["(a)"]),
        (r"(a\)", ["(a)"]),
        (r"(a\\)", ["a\\"]),
        ("", []),
    ],
)
def test_choices_are_plain_texts(text: str, choices: list[str]) -> None:
    assert choices_of(text) == choices


@given(st.lists(st.text(min_size=1, max_size=10), min_size=1, max_size=5, unique=True))
def test_what_grafana_escapes_is_read_back(values: list[str]) -> None:
    def escaped(text: str) -> str:
        return "".join(f"\\{char}" if char in r"\^$*+?.()|{}[]/" else char for char in text)

    written = "(" + "|".join(map(escaped, values)) + ")" if len(values) > 1 else escaped(values[0])

    assert choices_of(written) == values


@pytest.mark.parametrize(
    ("matcher", "value", "passes"),
    [
        (Matcher("host", frozenset({"a", "b"})), "a", True),
        (Matcher("host", frozenset({"a", "b"})), "c", False),
        (Matcher("host", frozenset({"a"}), negated=True), "a", False),
        (Matcher("host", frozenset({"a"}), negated=True), "c", True),
        (Matcher("host", frozenset()), "c", False),
    ],
)
def test_a_matcher_passes_its_values_or_all_others(
    matcher: Matcher, value: str, *, passes: bool
) -> None:
    assert matcher.accepts(value) is passes


def test_every_filter_must_pass_and_an_absent_label_is_empty() -> None:
    target = parse_target('cpu{host="a",rack=""}')

    assert target.accepts({"host": "a"})
    assert not target.accepts({"host": "a", "rack": "1"})
    assert not target.accepts({"rack": ""})


def test_the_storage_is_given_the_filters_that_name_one_value() -> None:
    target = parse_target('cpu{a="1",b="(2|3)",c!="4",d=""}')

    assert target.equal_to() == {"a": "1", "d": ""}
