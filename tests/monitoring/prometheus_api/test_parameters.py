"""Parameters: instants, steps, limits; the form before the URL."""

from datetime import timedelta

import pytest
from django.http import QueryDict

from monitoring.prometheus_api.parameters import Parameters
from monitoring.promql.errors import BadQueryError


def asked(url: str, form: str = "") -> Parameters:
    return Parameters(QueryDict(form), QueryDict(url))


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("0", 0),
        ("1700000000", 1_700_000_000_000),
        ("1700000000.123", 1_700_000_000_123),
        ("1.7e9", 1_700_000_000_000),
        ("-5.5", -5_500),
        (".5", 500),
        ("2023-11-14T22:13:20Z", 1_700_000_000_000),
        ("2023-11-14T22:13:20.1Z", 1_700_000_000_100),
        ("2023-11-14T22:13:20.123456789Z", 1_700_000_000_123),
        ("2023-11-14T23:13:20%2B01:00", 1_700_000_000_000),
    ],
)
def test_an_instant(text: str, milliseconds: int) -> None:
    assert asked(f"start={text}").instant_ms("start") == milliseconds


@pytest.mark.parametrize(
    "text",
    ["", "noon", "NaN", "Inf", "1e300", "2023-11-14", "2023-02-30T00:00:00Z", "1_000", "\u0661"],
)
def test_no_instant(text: str) -> None:
    with pytest.raises(BadQueryError) as caught:
        asked(f"start={text}").instant_ms("start")

    assert caught.value.message == (
        f'invalid parameter "start": cannot parse "{text}" to a valid timestamp'
    )


def test_an_instant_that_is_not_given_has_its_default() -> None:
    assert asked("").instant_ms("time", 7) == 7
    assert asked("time=8").instant_ms("time", 7) == 8_000


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("15", 15_000),
        ("0.5", 500),
        ("5m", 300_000),
        ("1h30m", 5_400_000),
        ("100ms", 100),
        ("1y1w1d", 32_227_200_000),
    ],
)
def test_a_step(text: str, milliseconds: int) -> None:
    assert asked(f"step={text}").step_ms() == milliseconds


@pytest.mark.parametrize("text", ["", "x", "5 m", "NaN", "1e300", "99999999y", "1m1h"])
def test_no_step(text: str) -> None:
    with pytest.raises(BadQueryError, match="to a valid duration"):
        asked(f"step={text}").step_ms()


@pytest.mark.parametrize("text", ["0", "-1", "0.0001"])
def test_a_step_that_leads_nowhere(text: str) -> None:
    with pytest.raises(BadQueryError, match="zero or negative query resolution step"):
        asked(f"step={text}").step_ms()


def test_a_timeout_only_shortens() -> None:
    longest = timedelta(seconds=30)

    assert asked("").timeout(longest) == longest
    assert asked("timeout=5s").timeout(longest) == timedelta(seconds=5)
    assert asked("timeout=5m").timeout(longest) == longest


@pytest.mark.parametrize(("text", "limit"), [("", None), ("0", None), ("-3", None), ("7", 7)])
def test_a_limit(text: str, limit: int | None) -> None:
    assert asked(f"limit={text}").limit() == limit


def test_what_the_form_says_counts_and_lists_hold_both() -> None:
    both = asked("query=url&match[]=a", "query=form&match[]=b")

    assert both.query() == "form"
    assert both.texts("match[]") == ["b", "a"]
    assert [matchers[0].value for matchers in both.selectors()] == ["b", "a"]
