"""What is refused: text that is no query, what is not supported, and what would cost too much."""

import pytest

from monitoring.promql.engine import Limits, instant_query, range_query
from monitoring.promql.errors import (
    BadQueryError,
    ExecutionError,
    QueryError,
    QueryTimeoutError,
    TooManySamplesError,
)
from monitoring.promql.model import Steps
from monitoring.promql.parsing import parse_selector
from monitoring.query.matchers import Matcher, MatchOp
from tests.monitoring.promql.asking import MINUTE, NOON, PLENTY, at_noon, load, number_at_noon


def refusal(query: str) -> QueryError:
    with pytest.raises(QueryError) as caught:
        at_noon(query, load("m 1 2 3"))
    return caught.value


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "no expression found"),
        ("m +", "invalid promql query"),
        ("unheard_of(m)", "unknown function with name 'unheard_of'"),
        ("rate(m)", "expected type matrix"),
        ("m{a=~'['}", "illegal regex"),
        ("m{a='1' or b='2'}", "not supported by this service: 'or' between label matchers"),
        ("m @ -5", "an @ before 1970 is not supported"),
        ("m @ 1e300", "too large"),
        ("m @ 1e12", "out of range"),
        ("m offset 99999999y", "too large"),
        ("m + fill (0) m", "not supported by this service: fill"),
        ("(" * 101 + "m" + ")" * 101, "more than 100 brackets"),
        ("1" + "+1" * 201, "more than 200 operators"),
        ("-" * 201 + "m", "more than 200 operators"),
        ("m" + " or m" * 201, "more than 200 operators"),
        (" " * 20_001, "longer than 20000 characters"),
    ],
)
def test_a_query_that_cannot_be_read_says_why(query: str, reason: str) -> None:
    error = refusal(query)

    assert isinstance(error, BadQueryError)
    assert (error.status, error.error_type) == (400, "bad_data")
    assert reason in error.message


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("histogram_count(m)", "histogram_count"),
        ("sort_by_label(m, 'a')", "sort_by_label"),
        ("limitk(1, m)", "limitk"),
        ("info(m)", "info"),
    ],
)
def test_what_is_not_supported_is_named(query: str, name: str) -> None:
    error = refusal(query)

    assert isinstance(error, ExecutionError)
    assert (error.status, error.error_type) == (422, "execution")
    assert error.message == f"not supported by this service: {name}"


@pytest.mark.parametrize(
    "query",
    ['m{a="@ -5"}', 'm{a="(((((", b="+-+-+-"}', "m # @ -5 (((", "m{a='\\'(('}", "m{a=`((`}"],
)
def test_what_stands_in_texts_and_comments_is_not_counted(query: str) -> None:
    assert isinstance(at_noon(query, load("m 1")), dict)


def test_as_many_operators_and_brackets_as_are_allowed_are_evaluated() -> None:
    assert number_at_noon("1" + "+1" * 200) == 201
    assert number_at_noon("(" * 100 + "1" + ")" * 100) == 1
    assert at_noon("(" * 60 + "m" + "+1)" * 60, load("m 1")) == {"": 61}


def test_a_tree_too_deep_for_the_interpreter_is_refused_and_not_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.getrecursionlimit", lambda: 1_000)

    def too_deep(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr("monitoring.promql.evaluation.Evaluation.value", too_deep)

    assert "nested too deeply" in refusal("m").message


@pytest.mark.parametrize(
    ("query", "kind"), [("m[5m]", "range vector"), ("m[5m:1m]", "range vector"), ("'a'", "string")]
)
def test_a_range_query_asks_for_numbers(query: str, kind: str) -> None:
    steps = Steps(NOON, NOON, MINUTE)
    with pytest.raises(BadQueryError, match=f'invalid expression type "{kind}" for range query'):
        range_query(query, source=load("m 1"), steps=steps, limits=PLENTY)


@pytest.mark.parametrize(("intervals", "allowed"), [(11_000, True), (11_001, False)])
def test_a_range_query_has_so_many_steps_at_most(intervals: int, allowed: bool) -> None:  # noqa: FBT001 - a table
    steps = Steps(NOON, NOON + intervals, 1)
    if allowed:
        result = range_query("1", source=load("m 1"), steps=steps, limits=PLENTY)
        assert result.values.shape == (1, 11_001)
        return
    with pytest.raises(BadQueryError, match="exceeded maximum resolution of 11,000 points"):
        range_query("1", source=load("m 1"), steps=steps, limits=PLENTY)


@pytest.mark.parametrize(
    "query",
    [
        '{__name__=~"m|n"}',
        "sum_over_time(m[3m])",
        "m[3m]",
        "max_over_time(vector(1)[1y:1ms])",
        "n * on () group_left m",
    ],
)
def test_more_samples_than_a_query_may_hold_end_it(query: str) -> None:
    source = load("m 1 2 3 4 5\nn{a=1} 1\nn{a=2} 1")

    with pytest.raises(TooManySamplesError, match="too many samples") as caught:
        instant_query(query, source=source, at_ms=NOON, limits=Limits(max_samples=3))

    assert caught.value.error_type == "execution"


def test_pairs_of_series_count_before_they_are_made() -> None:
    many = "\n".join(f"n{{a={number}}} 1" for number in range(100))

    with pytest.raises(TooManySamplesError):
        instant_query(
            "n * on () group_left m",
            source=load(f"{many}\nm 1"),
            at_ms=NOON,
            limits=Limits(max_samples=350),
        )


def test_a_query_out_of_time_ends() -> None:
    with pytest.raises(QueryTimeoutError) as caught:
        instant_query(
            "sum_over_time(m[3m])",
            source=load("m 1"),
            at_ms=NOON,
            limits=Limits(max_samples=100, is_late=lambda: True),
        )

    assert (caught.value.status, caught.value.error_type) == (503, "timeout")


def test_a_selector_is_its_conditions() -> None:
    assert parse_selector('m{a="1",b!~"2"}') == (
        Matcher("__name__", MatchOp.EQUAL, "m"),
        Matcher("a", MatchOp.EQUAL, "1"),
        Matcher("b", MatchOp.NOT_MATCHES, "2"),
    )


@pytest.mark.parametrize("text", ["m[5m]", "sum(m)", "m offset 5m", "m @ end()", "1"])
def test_another_expression_is_no_selector(text: str) -> None:
    with pytest.raises(BadQueryError, match="no series selector"):
        parse_selector(text)
