"""The language of series itself, and rules that look at windows, told in it."""

from dataclasses import replace

import pytest

from alerts.evaluation.reading import NoData, Observation
from tests.alerts.series_text import ABOVE_80, MINUTE, NOON, load, picture
from tests.alerts.track import play


def test_a_late_report_is_not_there_before_it_arrives() -> None:
    series = load("cpu", "50 85>2 40 60")

    assert [series.newest(step) for step in range(4)] == [
        Observation(50, NOON),
        Observation(50, NOON),
        Observation(40, NOON + 2 * MINUTE),
        Observation(60, NOON + 3 * MINUTE),
    ]


def test_a_window_sees_late_reports_in_the_order_of_their_instants() -> None:
    series = load("max(cpu[180])", "50 85>2 40 60 _x2")

    seen = [series.observe(step) for step in range(6)]

    assert [each and each.value for each in seen] == [50, 50, 50, 85, 60, 60]
    assert [each and each.samples for each in seen] == [1, 1, 2, 3, 2, 1]


def test_a_window_without_any_report_shows_nothing() -> None:
    assert load("avg(cpu[60])", "50 _x3").observe(2) is None


@pytest.mark.parametrize("text", ["", "cpu{", "avg(cpu)", "(cpu[60])", "avg(cpu[m])"])
def test_what_is_no_series_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a series"):
        load(text, "1")


@pytest.mark.parametrize(
    ("series", "values", "states"),
    [
        ("avg(cpu[180])", "50 50 95x3 50x3", "....FR.."),
        ("max(cpu[180])", "50 95 50x4", ".FFFR."),
        ("min(cpu[180])", "95 95 50 95x4", "FFR..FF"),
        ("sum(cpu[120])", "30 45 40 20", "..FR"),
        ("increase(sold_total[120])", "10 50 95 96 5 6", "......"),
        ("increase(sold_total[180])", "10 50 95 96 5 6", "..FR.."),
        ("rate(sold_total[120])", "0 6000 6000 9000", ".FR."),
        ("p50(cpu[180])", "50 95 95 50 50", "..FFR"),
        ("count(cpu[120])", "1x3", "..."),
    ],
)
def test_a_rule_over_a_window_fires_by_its_number(series: str, values: str, states: str) -> None:
    assert play(load(series, values)) == picture(states)


def test_a_late_report_never_takes_back_what_fired() -> None:
    """The spike arrives three minutes late: the newest value never shows it, the window does while it holds it."""
    values = "50 95>3 50x5"

    assert play(load("cpu", values)) == picture(".x7")
    assert play(load("max(cpu[300])", values)) == picture(".x4 F F R")


def test_reports_out_of_order_end_in_the_state_of_ordered_ones() -> None:
    shuffled, ordered = "50 85>3 85>1 90>2 50 50", "50 85 85 90 50 50"

    assert play(load("cpu", shuffled))[-1] == play(load("cpu", ordered))[-1] == "."


def test_absence_is_a_breach_while_the_window_is_empty() -> None:
    series = load("absent(beat[120])", "1 1 _x3 1")
    shown = [series.observe(step) for step in range(6)]

    assert [each is None for each in shown] == [False, False, False, True, True, False]


def test_too_few_samples_in_the_window_say_nothing() -> None:
    rule = replace(ABOVE_80, minimum_samples=2)

    assert play(load("avg(cpu[180])", "95 95 _ _ 50 50"), rule) == picture(". F F F F R")


def test_an_empty_window_of_a_rule_that_fires_on_silence_fires_once_watched_for_long() -> None:
    rule = replace(ABOVE_80, no_data=NoData.FIRE)

    assert play(load("avg(cpu[120])", "50 _x8"), rule) == picture(".x6 F F F")
