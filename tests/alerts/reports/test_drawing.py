"""The noise of rules as stacked bars."""

from uuid import UUID

from alerts.reports.drawing import HEIGHT, plots_of
from alerts.reports.noise import WEEK, Figures, RuleNoise, Week
from tests.alerts.factories import NOON


def week(fired: int, acknowledged: int = 0, quick: int = 0) -> Week:
    figures = Figures(fired, acknowledged, quick, 0, 0, 0, None)
    return Week(NOON, NOON + WEEK, figures)


def rule(*weeks: Week) -> RuleNoise:
    return RuleNoise(UUID(int=1), "cpu", "warning", weeks[0].figures, list(weeks), [])


def test_the_highest_week_of_all_rules_is_as_high_as_the_plot() -> None:
    first, second = plots_of([rule(week(4), week(2)), rule(week(1), week(0))])

    heights = [column.rest for plot in (first, second) for column in plot.columns]
    assert heights == [HEIGHT, HEIGHT / 2, HEIGHT / 4, 0]
    assert [column.x for column in first.columns] == [0, 120]
    assert first.columns[0].width == 96


def test_parts_stand_on_one_another() -> None:
    ((column,),) = (plot.columns for plot in plots_of([rule(week(6, acknowledged=1, quick=2))]))

    assert (column.heard, column.quick, column.rest) == (6, 12, 18)
    assert (column.heard_y, column.quick_y, column.rest_y) == (30, 18, 0)
    assert column.label == (
        "week from 2025-01-12: 6 fired, 1 acknowledged, 2 over within 5 minutes"
    )


def test_what_was_acknowledged_and_soon_over_is_drawn_once() -> None:
    ((column,),) = (plot.columns for plot in plots_of([rule(week(3, acknowledged=2, quick=3))]))

    assert (column.heard, column.quick, column.rest) == (24, 12, 0)


def test_weeks_without_firings_have_no_height() -> None:
    ((column,),) = (plot.columns for plot in plots_of([rule(week(0))]))

    assert (column.heard, column.quick, column.rest) == (0, 0, 0)
    assert plots_of([]) == []
