"""The figures of a backtest in words."""

from typing import Any

import pytest

from alerts.reports.backtest_figures import comparison_of, verdict_of


def report(**figures: Any) -> dict[str, Any]:
    overlap = {
        "incidents": 0,
        "alerts_within": 0,
        "incidents_seen": 0,
        "precision": None,
        "recall": None,
    }
    return {
        "firings": 0,
        "still_firing": 0,
        "flapping": 0,
        "short": 0,
        "total_seconds": 0.0,
        "median_seconds": None,
        "longest_seconds": None,
        "messages": 0,
        "resolved_messages": 0,
        "night_pages": 0,
        "overlap": overlap | figures.pop("overlap", {}),
    } | figures


def tried(result: dict[str, Any]) -> dict[str, str]:
    return {figure.name: figure.tried for figure in comparison_of(result)}


def test_a_new_rule_is_compared_with_nothing() -> None:
    figures = comparison_of({"report": report(firings=3)})

    assert {figure.current for figure in figures} == {""}
    assert {figure.better for figure in figures} == {None}


def test_both_versions_stand_side_by_side() -> None:
    figures = comparison_of({"report": report(firings=3), "current": report(firings=1_041)})

    assert (figures[0].name, figures[0].current, figures[0].tried) == ("Alerts", "1,041", "3")


@pytest.mark.parametrize(("before", "after", "better"), [(2, 1, True), (1, 2, False), (1, 1, None)])
def test_fewer_messages_are_better(before: int, after: int, better: bool | None) -> None:  # noqa: FBT001 - a case of the table
    result = {"report": report(messages=after), "current": report(messages=before)}

    assert comparison_of(result)[1].better is better


def test_of_lengths_and_incidents_fewer_is_not_better() -> None:
    result = {
        "report": report(total_seconds=1, overlap={"recall": 0.1, "incidents_seen": 1}),
        "current": report(total_seconds=9, overlap={"recall": 0.9, "incidents_seen": 9}),
    }

    assert {figure.better for figure in comparison_of(result)} == {None}


def test_lengths_have_units_and_what_is_unknown_is_none() -> None:
    words = tried({"report": report(total_seconds=7_500, median_seconds=90.0)})

    assert words["Fired for, in all"] == "2 h 5 min"
    assert words["Fired for, median"] == "1 min 30 s"
    assert words["Fired for, longest"] == "none"


def test_shares_name_their_whole() -> None:
    overlap = {
        "incidents": 4,
        "alerts_within": 2,
        "incidents_seen": 1,
        "precision": 0.5,
        "recall": 0.25,
    }
    words = tried({"report": report(firings=4, overlap=overlap)})

    assert words["Alerts during incidents"] == "2 of 4 (50%)"
    assert words["Incidents with an alert"] == "1 of 4 (25%)"
    assert tried({"report": report()})["Alerts during incidents"] == "none"


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ({"report": report(firings=3)}, "It would have fired 3 times."),
        ({"report": report()}, "It would not have fired."),
        (
            {"report": report(), "current": report(firings=41)},
            "It would not have fired, instead of 41 times.",
        ),
        (
            {"report": report(firings=1), "current": report(firings=41)},
            "It would have fired once instead of 41.",
        ),
    ],
)
def test_the_verdict_is_one_sentence(result: dict[str, Any], verdict: str) -> None:
    assert verdict_of(result) == verdict
