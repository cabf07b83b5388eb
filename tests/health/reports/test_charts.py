"""Where the shapes of charts lie, and what they say without colour."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.reports.axes import WIDTH, Frame, labels_below, round_ceiling, uptime_floor
from health.reports.bars import (
    CountBar,
    LimitRow,
    UptimeBar,
    count_chart,
    limit_chart,
    uptime_chart,
)
from health.reports.drawing import Box, Drawing, Stroke, Words
from health.reports.inks import INKS
from health.reports.lines import Line, latency_chart
from health.reports.svg import as_svg


def boxes(drawing: Drawing, ink: str) -> list[Box]:
    return [shape for shape in drawing.shapes if isinstance(shape, Box) and shape.ink == ink]


def words(drawing: Drawing) -> list[str]:
    return [shape.text for shape in drawing.shapes if isinstance(shape, Words)]


@pytest.mark.parametrize(
    ("shares", "floor"),
    [
        ([], 99.9),
        ([100.0], 99.9),
        ([99.9], 99.5),
        ([99.91, 99.4], 99.0),
        ([98.0], 95.0),
        ([50.0], 0.0),
        ([0.0], 0.0),
    ],
)
def test_an_axis_of_uptime_begins_below_every_bar(shares: list[float], floor: float) -> None:
    assert uptime_floor(shares) == floor


@pytest.mark.parametrize(
    ("value", "ceiling"),
    [
        (0, 1),
        (-1, 1),
        (1, 1),
        (1.01, 1.2),
        (10.5, 12),
        (0.1, 0.1),
        (1_050, 1_200),
        (8.1, 10),
        (100, 100),
    ],
)
def test_an_axis_ends_at_a_round_number(value: float, ceiling: float) -> None:
    assert round_ceiling(value) == pytest.approx(ceiling)


@given(st.floats(1e-3, 1e9))
def test_an_axis_ends_above_every_value_and_not_far_above(value: float) -> None:
    assert value * (1 - 1e-9) <= round_ceiling(value) <= value * 1.51


@given(st.floats(-10, 200), st.integers(1, 62))
def test_nothing_is_drawn_outside_the_frame(value: float, total: int) -> None:
    frame = Frame(46, 14, 456, 102, 0, 100)

    assert 14 <= frame.height_of(value) <= 102
    spans = [frame.column(number, total) for number in range(total)]
    assert spans[0][0] >= 46
    assert spans[-1][0] + spans[-1][1] <= 456.001
    assert all(left + width < next_left for (left, width), (next_left, _) in pairwise(spans))


@given(st.integers(1, 62))
def test_labels_below_never_touch(total: int) -> None:
    placed = list(labels_below(Frame(46, 14, 456, 102, 0, 100), ["10-01"] * total))

    places = [shape.x for shape in placed if isinstance(shape, Words)]
    assert all(following - place >= 31 for place, following in pairwise(places))


def test_a_bar_below_the_target_differs_by_more_than_its_colour() -> None:
    bars = [
        UptimeBar("10-01", 100.0, True, "100"),
        UptimeBar("10-02", 97.25, False, "97.25"),
        UptimeBar("10-03", None, True, "—"),
    ]
    drawing = uptime_chart("Uptime by day", bars, 99.9)

    (good,), (bad,), (dark,) = (boxes(drawing, ink) for ink in ("good", "bad", "unmeasured"))
    assert bad.height < good.height == dark.height
    assert "97.25" in words(drawing)
    assert "100" not in words(drawing)
    assert (bad.title, dark.title) == ("10-02: 97.25", "10-03: not measured")
    assert drawing.summary.startswith("3 bars, 1 of them below the target of 99.9 percent, 1 not")


def test_numbers_of_missed_bars_give_way_to_one_another() -> None:
    bars = [UptimeBar(str(number), 97.0, False, "97.00") for number in range(31)]

    told = [text for text in words(uptime_chart("Uptime", bars, 99.9)) if text in {"97.00", "•"}]

    assert len(told) == 31
    assert 0 < told.count("97.00") < 31


def test_a_service_that_was_down_all_day_still_has_a_bar() -> None:
    (bar,) = boxes(uptime_chart("Uptime", [UptimeBar("a", 0.0, False, "0")], 99.9), "bad")

    assert bar.height == 1.5


def test_an_amount_within_its_limit_and_one_beyond() -> None:
    rows = [LimitRow("payment", 60, 30, "60 of 30"), LimitRow("auth", 30, 30, "30 of 30")]
    drawing = limit_chart("Down", rows, what="Downtime of services")

    (bad,), (good,) = boxes(drawing, "bad"), boxes(drawing, "good")
    assert bad.width == pytest.approx(2 * good.width)
    marks = [
        shape for shape in drawing.shapes if isinstance(shape, Stroke) and shape.ink == "limit"
    ]
    assert marks[0].points[0][0] == pytest.approx(bad.x + bad.width / 2)
    assert drawing.summary == "Downtime of services of 2; beyond what is allowed: payment."


@pytest.mark.parametrize(
    "rows", [[], [LimitRow("a", 0, 0, "nothing")], [LimitRow("a" * 90, 5, 1, "5 of 1")]]
)
def test_limits_of_any_size_stay_on_the_page(rows: list[LimitRow]) -> None:
    drawing = limit_chart("Down", rows, what="Downtime")

    for shape in drawing.shapes:
        if isinstance(shape, Box):
            assert 0 < shape.x < shape.x + shape.width < WIDTH
    assert all(len(text) <= 44 for text in words(drawing))


def test_requests_and_their_errors_share_a_bar() -> None:
    drawing = count_chart(
        "Requests", [CountBar("a", 100, 50), CountBar("b", 0, 0), CountBar("c", 100, 1)]
    )

    totals, failed = boxes(drawing, "amount"), boxes(drawing, "bad")
    assert (len(totals), len(failed)) == (2, 2)
    assert failed[0].height == pytest.approx(totals[0].height / 2)
    assert failed[1].height == 1.5
    assert drawing.summary == "200 in all, 51 of them failed."


def test_a_line_breaks_where_nothing_was_measured() -> None:
    lines = [Line("p50", [1.0, 2.0, None, 3.0]), Line("p95", [None] * 4)]
    drawing = latency_chart("Time", list("abcd"), lines)

    (stroke,) = [
        shape for shape in drawing.shapes if isinstance(shape, Stroke) and shape.ink == "first"
    ]
    assert len(stroke.points) == 2
    assert len(boxes(drawing, "first-dot")) == 1
    assert "p50" in words(drawing)
    assert "p95" not in words(drawing)


def test_names_of_lines_that_end_together_stand_below_each_other() -> None:
    lines = [Line(name, [5.0]) for name in ("p50", "p95", "p99")]

    placed = [
        shape.y
        for shape in latency_chart("Time", ["a"], lines).shapes
        if isinstance(shape, Words) and shape.text.startswith("p")
    ]

    assert [following - y for y, following in pairwise(sorted(placed))] == [9.0, 9.0]


def test_a_fourth_line_is_refused() -> None:
    with pytest.raises(ValueError, match="4 lines cannot be told apart"):
        latency_chart("Time", ["a"], [Line("p", [1.0])] * 4)


def test_an_svg_escapes_its_words_and_names_itself() -> None:
    svg = as_svg(
        Drawing(
            "<b>",
            "a & b",
            10,
            5.25,
            (Words(1, 2, "<script>", "end"), Box(0, 0, 1, 1, "bad", "<i>")),
        ),
        name="s1-2",
    )

    assert "<script>" not in svg
    assert "<i>" not in svg
    assert '<title id="s1-2-title">&lt;b&gt;</title><desc id="s1-2-summary">a &amp; b</desc>' in svg
    assert 'viewBox="0 0 10 5.25" role="img" aria-labelledby="s1-2-title s1-2-summary"' in svg
    assert '<text class="ink-label" x="1" y="2" text-anchor="end">&lt;script&gt;</text>' in svg


def test_lines_differ_in_their_dashes_and_bars_in_their_lightness() -> None:
    assert len({INKS[name].dashes for name in ("first", "second", "third")}) == 3

    def lightness(colour: str) -> float:
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    shades = sorted(lightness(INKS[name].fill) for name in ("good", "bad", "amount"))
    assert all(following - shade > 15 for shade, following in pairwise(shades))
