"""A matcher accepts what the same matcher of Prometheus does."""

import pytest

from monitoring.errors import InvalidInputError
from monitoring.query.matchers import Matcher, MatchOp, as_matchers


@pytest.mark.parametrize(
    ("op", "value", "accepted", "refused"),
    [
        (MatchOp.EQUAL, "a", ["a"], ["", "b", "aa"]),
        (MatchOp.EQUAL, "", [""], ["a"]),
        (MatchOp.NOT_EQUAL, "a", ["", "b"], ["a"]),
        (MatchOp.NOT_EQUAL, "", ["a"], [""]),
        (MatchOp.MATCHES, "a|b", ["a", "b"], ["", "ab"]),
        (MatchOp.MATCHES, ".*", ["", "a"], []),
        (MatchOp.MATCHES, ".+", ["a"], [""]),
        (MatchOp.NOT_MATCHES, "a|b", ["", "ab"], ["a", "b"]),
        (MatchOp.NOT_MATCHES, ".+", [""], ["a"]),
    ],
)
def test_a_label_that_is_not_there_counts_as_the_empty_text(
    op: MatchOp, value: str, accepted: list[str], refused: list[str]
) -> None:
    matcher = Matcher("host", op, value)

    assert [text for text in accepted if not matcher.accepts(text)] == []
    assert [text for text in refused if matcher.accepts(text)] == []


@pytest.mark.parametrize("op", [MatchOp.MATCHES, MatchOp.NOT_MATCHES])
def test_a_pattern_that_cannot_be_used_is_refused_at_once(op: MatchOp) -> None:
    with pytest.raises(InvalidInputError, match="not a regular expression"):
        Matcher("host", op, "(")


@pytest.mark.parametrize("op", [MatchOp.EQUAL, MatchOp.NOT_EQUAL])
def test_a_text_that_is_compared_need_not_be_a_pattern(op: MatchOp) -> None:
    assert Matcher("host", op, "(").accepts("(") is (op is MatchOp.EQUAL)


def test_conditions_may_be_given_as_a_mapping_or_not_at_all() -> None:
    first, second = Matcher("a", MatchOp.EQUAL, "1"), Matcher("b", MatchOp.NOT_EQUAL, "2")

    assert as_matchers({"b": "", "a": "1"}) == [first, Matcher("b", MatchOp.EQUAL, "")]
    assert as_matchers((second, first)) == [second, first]
    assert as_matchers(None) == []
