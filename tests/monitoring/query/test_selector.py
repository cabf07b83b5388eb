"""Selectors as people write them."""

import pytest

from monitoring.errors import InvalidInputError
from monitoring.query.matchers import Matcher, MatchOp
from monitoring.query.selector import Selector, selector_of


def matcher(label: str, op: str, value: str) -> Matcher:
    return Matcher(label, MatchOp(op), value)


@pytest.mark.parametrize(
    ("text", "selector"),
    [
        ("cpu", Selector("cpu", ())),
        (" cpu { } ", Selector("cpu", ())),
        ('cpu{a="b"}', Selector("cpu", (matcher("a", "=", "b"),))),
        ('{a="b"}', Selector(None, (matcher("a", "=", "b"),))),
        (
            'cpu{a!="b", c=~"d.*",e!~"f|g",}',
            Selector(
                "cpu",
                (matcher("a", "!=", "b"), matcher("c", "=~", "d.*"), matcher("e", "!~", "f|g")),
            ),
        ),
        (r'cpu{a=~"d\.x"}', Selector("cpu", (matcher("a", "=~", r"d\.x"),))),
        (r'cpu{a="say \"hi\", \\ {x}"}', Selector("cpu", (matcher("a", "=", r'say "hi", \ {x}'),))),
        ('cpu{a=""}', Selector("cpu", (matcher("a", "=", ""),))),
    ],
)
def test_a_selector_is_a_metric_and_conditions(text: str, selector: Selector) -> None:
    assert selector_of(text) == selector


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "{}",
        "cpu{",
        "cpu}",
        "cpu{a}",
        "cpu{a=b}",
        'cpu{a="b" c="d"}',
        'cpu{a=="b"}',
        'cpu{a="b}',
        'a b{c="d"}',
        'cpu{a="b"}x',
        "x" * 4_097,
        'cpu{a=~"("}',
    ],
)
def test_what_is_no_selector_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        selector_of(text)


def test_a_refusal_names_the_parameter() -> None:
    with pytest.raises(InvalidInputError, match=r"^match reads metric") as error:
        selector_of("cpu{")
    assert list(error.value.details) == ["match"]
