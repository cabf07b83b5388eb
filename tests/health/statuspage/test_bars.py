"""Bars: heights, words and percentages on known days."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.statuspage.bars import (
    DAYS,
    Day,
    DayLevel,
    Spans,
    days_until,
    in_words,
    lasted,
    percent_text,
    runs,
    total,
)

TODAY = date(2026, 11, 23)
HOUR = 3_600_000
WHOLE = 24 * HOUR


def one(up: float = 0, down: float = 0, maintenance: float = 0, degraded: float = 0) -> Day:
    """Return a day whose spans are given in hours."""
    spans = (round(hours * HOUR) for hours in (up, down, maintenance, degraded))
    return Day(TODAY, Spans(*spans))


@pytest.mark.parametrize(
    ("day", "level", "height", "summary"),
    [
        (one(), DayLevel.NO_DATA, 15, "no data"),
        (one(up=24), DayLevel.UP, 100, "100 % up"),
        (one(maintenance=24), DayLevel.MAINTENANCE, 100, "maintenance for 24 h"),
        (one(up=23, maintenance=1), DayLevel.UP, 100, "100 % up, maintenance for 1 h"),
        (one(up=24, degraded=0.5), DayLevel.DEGRADED, 85, "100 % up, degraded for 30 min"),
        (one(up=22.8, down=1.2), DayLevel.DISRUPTED, 65, "95.00 % up, down for 1 h 12 min"),
        (one(up=22.79, down=1.21), DayLevel.DOWN, 65, "94.95 % up, down for 1 h 12 min"),
        (one(up=18, down=6), DayLevel.DOWN, 50, "75.00 % up, down for 6 h"),
        (one(down=24), DayLevel.DOWN, 25, "0 % up, down for 24 h"),
        (Day(TODAY, Spans(WHOLE - 1, 1)), DayLevel.DISRUPTED, 75, "99.99 % up, down for 1 s"),
    ],
)
def test_a_bar_says_by_its_height_and_words_how_the_day_went(
    day: Day, level: DayLevel, height: int, summary: str
) -> None:
    assert (day.level, day.height, day.summary) == (level, height, summary)


@given(st.integers(0, WHOLE), st.integers(0, WHOLE))
def test_a_worse_day_is_never_a_taller_bar(first: int, second: int) -> None:
    fewer, more = sorted((first, second))
    better, worse = (Day(TODAY, Spans(WHOLE - down, down)) for down in (fewer, more))

    assert better.height >= worse.height
    assert better.height % 5 == 0


@pytest.mark.parametrize(("down", "height"), [(245, 75), (260, 70)])
def test_a_bar_goes_down_a_step_where_the_root_of_the_share_does(down: int, height: int) -> None:
    assert Day(TODAY, Spans(100_000 - down, down)).height == height


def test_spans_are_added_up_each_with_its_like() -> None:
    assert Spans(1, 2, 3, 4) + Spans(10, 20, 30, 40) == Spans(11, 22, 33, 44)


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (None, "no data"),
        (Decimal(100), "100 %"),
        (Decimal("99.9999"), "99.99 %"),
        (Decimal("99.9"), "99.90 %"),
        (Decimal("50"), "50.00 %"),
        (Decimal(0), "0 %"),
    ],
)
def test_percentages_are_cut_off_and_never_rounded_up(percent: Decimal | None, text: str) -> None:
    assert percent_text(percent) == text


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "0 s"),
        (1, "1 s"),
        (59_000, "59 s"),
        (59_001, "1 min"),
        (3_600_000, "1 h"),
        (3_660_000, "1 h 1 min"),
        (47 * HOUR, "47 h"),
        (48 * HOUR, "2 d"),
        (49 * HOUR, "2 d 1 h"),
        (71 * HOUR, "2 d 23 h"),
    ],
)
def test_spans_of_time_are_said_in_two_units(milliseconds: int, text: str) -> None:
    assert lasted(milliseconds) == text


def test_there_are_ninety_days_and_today_is_the_last() -> None:
    days = days_until(TODAY, {TODAY: Spans(5), TODAY - timedelta(days=90): Spans(7)})

    assert [days[0].on, days[-1].on, len(days)] == [TODAY - timedelta(days=89), TODAY, DAYS]
    assert total(days) == Spans(5)


def test_uptime_leaves_out_maintenance_and_what_was_not_measured() -> None:
    spans = Spans(up_ms=3, down_ms=1, maintenance_ms=1_000)

    assert spans.uptime_percent == Decimal(75)
    assert Spans(maintenance_ms=5).uptime_percent is None


@given(
    st.lists(st.sampled_from([Spans(), Spans(WHOLE), Spans(HOUR, HOUR)]), min_size=1, max_size=90)
)
def test_runs_say_the_same_of_each_day_as_the_bars(spans: list[Spans]) -> None:
    days = [Day(TODAY + timedelta(days=place), each) for place, each in enumerate(spans)]

    told = {
        run.first + timedelta(days=place): run.summary
        for run in runs(days)
        for place in range(run.count)
    }

    assert told == {day.on: day.summary for day in days}
    assert [run.first for run in runs(days)] == sorted(run.first for run in runs(days))[::-1]


def test_days_of_which_the_same_is_to_be_said_are_one_run() -> None:
    days = [
        Day(TODAY + timedelta(days=place), spans)
        for place, spans in enumerate([Spans(WHOLE), Spans(WHOLE), Spans(HOUR, HOUR), Spans(WHOLE)])
    ]

    assert [(run.first, run.last, run.count) for run in runs(days)] == [
        (days[3].on, days[3].on, 1),
        (days[2].on, days[2].on, 1),
        (days[0].on, days[1].on, 2),
    ]


def test_the_bars_are_said_in_words() -> None:
    good, bad, unseen = one(up=24), one(up=12, down=12), one()

    assert in_words([good, good]) == "Uptime of the last 2 days: 100 %. No downtime on any day."
    assert in_words([good, bad, unseen]) == (
        "Uptime of the last 3 days: 75.00 %. Days: outage on 1, no data on 1."
    )
