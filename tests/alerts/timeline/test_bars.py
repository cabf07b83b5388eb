"""When which alert fired, as bars."""

from datetime import timedelta

from alerts.timeline.bars import AXIS, LABEL, ROW, WIDTH, Firing, chart_of
from tests.alerts.factories import NOON

MINUTE = timedelta(minutes=1)


def firing(title: str, start: float, end: float | None) -> Firing:
    until = None if end is None else NOON + end * MINUTE
    return Firing(title, "critical", NOON + start * MINUTE, until)


def test_without_firings_there_is_nothing_to_draw() -> None:
    assert chart_of([], at=NOON) is None


def test_bars_span_from_the_first_firing_to_now_while_one_fires() -> None:
    chart = chart_of([firing("late", 5, None), firing("early", 0, 3)], at=NOON + 10 * MINUTE)

    assert chart is not None
    early, late = chart.bars
    assert (early.title, early.x, early.width, early.y) == ("early", LABEL, 144.0, 0)
    assert (late.title, late.x, late.width, late.y) == ("late", 480.0, 240.0, ROW)
    assert early.label == "early (critical): 2025-01-12 12:00:00 to 12:03:00"
    assert late.label.endswith("12:05:00 to now")
    assert chart.height == 2 * ROW + AXIS


def test_the_axis_names_five_instants_from_the_first_to_the_last() -> None:
    chart = chart_of([firing("a", 0, 4)], at=NOON + 60 * MINUTE)

    assert chart is not None
    assert [tick.text for tick in chart.ticks] == [
        "12:00:00",
        "12:01:00",
        "12:02:00",
        "12:03:00",
        "12:04:00",
    ]
    assert (chart.ticks[0].x, chart.ticks[-1].x) == (LABEL, WIDTH)


def test_over_a_day_and_more_the_axis_names_days() -> None:
    chart = chart_of([firing("a", 0, 24 * 60)], at=NOON)

    assert chart is not None
    assert chart.ticks[-1].text == "01-13 12:00"


def test_a_firing_without_length_stays_visible_and_inside() -> None:
    chart = chart_of([firing("long", 0, 600), firing("short", 600, 600)], at=NOON)

    assert chart is not None
    short = chart.bars[1]
    assert (short.x, short.width) == (WIDTH - 2, 2)


def test_one_firing_without_any_length_is_no_division_by_zero() -> None:
    chart = chart_of([firing("a", 0, 0)], at=NOON)

    assert chart is not None
    assert chart.bars[0].width == 2


def test_of_too_many_the_first_are_drawn_and_the_others_counted() -> None:
    chart = chart_of([firing(str(n), n, n + 1) for n in range(5)], at=NOON, most=3)

    assert chart is not None
    assert [bar.title for bar in chart.bars] == ["0", "1", "2"]
    assert chart.left_out == 2


def test_titles_and_instants_have_their_base_lines() -> None:
    chart = chart_of([firing("a", 0, 1), firing("b", 0, 1)], at=NOON)

    assert chart is not None
    assert [bar.text_y for bar in chart.bars] == [12, ROW + 12]
    assert chart.axis_y == 2 * ROW + AXIS - 4
