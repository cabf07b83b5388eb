"""Regular expressions from outside match whole texts, and none can run away."""

import time

import pytest

from monitoring.errors import InvalidInputError
from monitoring.query import regex
from monitoring.query.regex import Pattern, compile_pattern


@pytest.mark.parametrize(
    ("expression", "accepted", "refused"),
    [
        ("web", ["web"], ["web1", "aweb", "", "WEB"]),
        ("web|db", ["web", "db"], ["webdb", "web|db"]),
        ("(?i)web", ["WEB", "web"], ["we"]),
        (".*web.*", ["a web b", "web"], ["wb"]),
        ("5..", ["500", "5\n0"], ["50", "5000"]),
        ("[0-9]{3}", ["404"], ["40", "4040"]),
        ("[^]a]+", ["b["], ["a", "]"]),
        ("(?:a|b)c?", ["a", "bc"], ["ab", "c"]),
        ("(?P<name>a)b", ["ab"], ["b"]),
        (r"\(a\)\+", ["(a)+"], ["a", "(a)(a)"]),
        (r"[(|+*]{2}", ["(+", "||"], ["("]),
        (r"a{2,}", ["aa", "aaaa"], ["a"]),
        (r"a{0,2}?", ["", "aa"], ["aaa"]),
        ("", [""], ["a"]),
        ("^a$", ["a"], ["a\n"]),
        ("a.*|b.*|c.*|d.*", ["axx", "d"], ["ea"]),
        ("(a)+(b{3}){2}", ["aabbbbbb"], ["abbb"]),
    ],
)
def test_an_expression_has_to_match_the_whole_text(
    expression: str, accepted: list[str], refused: list[str]
) -> None:
    pattern = compile_pattern(expression)

    for _ in ("first asked", "remembered"):
        assert [text for text in accepted if not pattern.accepts(text)] == []
        assert [text for text in refused if pattern.accepts(text)] == []


@pytest.mark.parametrize(
    ("expression", "accepted", "refused"),
    [
        ("(foo|bar)+", ["foo", "foobar"], ["", "fo"]),
        (".*a.*b.*c.*d.*", ["abcd", "xaxbxcxd"], ["abc"]),
        ("(a+)+b", ["aab"], ["aa"]),
    ],
)
def test_what_prometheus_takes_is_taken(
    expression: str, accepted: list[str], refused: list[str]
) -> None:
    pattern = Pattern(expression)

    assert all(map(pattern.accepts, accepted))
    assert not any(map(pattern.accepts, refused))


@pytest.mark.parametrize(
    "expression",
    [
        "(",
        "a)",
        "[a",
        "*",
        "a{2,1}",
        "a{1001}",
        r"(a)\1",
        "(?=a)",
        "(?<!a)b",
        "(?P=name)",
        "(?>a)",
        "\ud800",
    ],
)
def test_what_is_no_expression_is_refused(expression: str) -> None:
    with pytest.raises(InvalidInputError, match="not a regular expression"):
        Pattern(expression)


def test_an_expression_has_an_end() -> None:
    Pattern("a" * 1_000)
    with pytest.raises(InvalidInputError, match="1000 characters"):
        Pattern("a" * 1_001)


def test_one_that_would_need_too_much_memory_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="not a regular expression"):
        Pattern("((a{100}){100}){100}")


def test_nothing_runs_away() -> None:
    """Python's own engine would need longer than the universe has been there."""
    begun = time.process_time()

    assert not Pattern("(a|aa)+(a*)*b").accepts("a" * 5_000)

    assert time.process_time() - begun < 2


def test_no_more_texts_are_remembered_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regex, "_REMEMBERED_TEXTS", 2)
    pattern = Pattern("a.*")

    assert [pattern.accepts(text) for text in ("a", "b", "ab", "c")] == [True, False, True, False]
    assert len(pattern._remembered) == 2
