"""Time accounted to the millisecond: every rule as a table, and what must hold of any history."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from health.sla.accounting import Condition, Mark, Spans, account, pieces
from health.status import Level
from tests.health.sla.marks_text import counted_by_the_second, marks

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)


def seconds(up: int = 0, down: int = 0, unknown: int = 0, planned: int = 0, slow: int = 0) -> Spans:
    """Return the spans of so many whole seconds."""
    return Spans(up * 1_000, down * 1_000, unknown * 1_000, planned * 1_000, slow * 1_000)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", seconds(unknown=300)),
        ("uuuuuuuuuu", seconds(up=300)),
        ("ssssssssss", seconds(up=300, slow=300)),
        ("uufuuuuuuu", seconds(up=300, slow=30)),
        ("uufDDuuuuu", seconds(up=210, down=90)),
        ("uuffDuuuuu", seconds(up=210, down=90)),
        ("ufufuDuuuu", seconds(up=270, down=30, slow=60)),
        ("uufDrruuuu", seconds(up=180, down=120)),
        ("uubbbuuuuu", seconds(up=210, unknown=90)),
        ("uufbDuuuuu", seconds(up=210, down=60, unknown=30)),
        ("ufbuDuuuuu", seconds(up=240, down=30, unknown=30, slow=30)),
        ("u.uuuuuuuu", seconds(up=300)),
        ("u..uuuuuuu", seconds(up=270, unknown=30)),
        ("D...uuuuuu", seconds(up=180, down=60, unknown=60)),
        ("uf...Duuuu", seconds(up=150, down=90, unknown=60)),
        ("uuuuuuuuf.", seconds(up=300, slow=60)),
        ("u.........", seconds(up=60, unknown=240)),
    ],
)
def test_a_history_of_five_minutes_counts_as_the_rules_say(text: str, expected: Spans) -> None:
    assert account(marks(text, NOON), [], NOON, NOON + 5 * MINUTE) == expected


def test_a_run_that_flips_after_the_period_is_down_within_it() -> None:
    history = marks("uuuuuuuuuf" + "fD", NOON)

    assert account(history, [], NOON, NOON + 5 * MINUTE) == seconds(up=270, down=30)


def test_a_mark_before_the_period_holds_into_it_for_twice_its_time() -> None:
    history = marks("u", NOON - 20 * SECOND)

    assert account(history, [], NOON, NOON + MINUTE) == seconds(up=40, unknown=20)


def test_a_mark_ends_exactly_after_twice_its_time() -> None:
    found = [*pieces(marks("u", NOON), [], NOON, NOON + 61 * SECOND)]

    assert [(piece.end - piece.start, piece.condition) for piece in found] == [
        (60_000, Condition.UP),
        (1_000, Condition.UNKNOWN),
    ]


def test_marks_may_come_in_any_order() -> None:
    history = marks("uufDDuusuu", NOON)

    assert account(history[::-1], [], NOON, NOON + 5 * MINUTE) == account(
        history, [], NOON, NOON + 5 * MINUTE
    )


def test_of_two_marks_at_one_instant_the_later_counts() -> None:
    twice = [*marks("D", NOON), *marks("u", NOON)]

    assert account(twice, [], NOON, NOON + 30 * SECOND) == seconds(up=30)


@pytest.mark.parametrize(
    ("windows", "planned", "down"),
    [
        ([(0, 300)], 300, 0),
        ([(60, 120)], 60, 240),
        ([(60, 120), (90, 180)], 120, 180),
        ([(90, 180), (60, 120)], 120, 180),
        ([(60, 120), (60, 120)], 60, 240),
        ([(60, 200), (100, 120)], 140, 160),
        ([(60, 90), (90, 120)], 60, 240),
        ([(-100, 30)], 30, 270),
        ([(270, 900)], 30, 270),
        ([(-50, 900)], 300, 0),
        ([(100, 100)], 0, 300),
        ([(120, 60)], 0, 300),
        ([(300, 400)], 0, 300),
        ([(-60, 0)], 0, 300),
        ([(10, 20), (40, 45), (100, 130)], 45, 255),
    ],
)
def test_maintenance_wins_over_downtime_and_overlaps_count_once(
    windows: list[tuple[int, int]], planned: int, down: int
) -> None:
    spans = [(NOON + begin * SECOND, NOON + finish * SECOND) for begin, finish in windows]

    found = account(marks("DDDDDDDDDD", NOON), spans, NOON, NOON + 5 * MINUTE)

    assert found == seconds(down=down, planned=planned)


def test_maintenance_wins_over_what_is_unknown() -> None:
    found = account([], [(NOON, NOON + MINUTE)], NOON, NOON + 5 * MINUTE)

    assert found == seconds(unknown=240, planned=60)


def test_a_window_over_several_conditions_is_cut_out_of_each() -> None:
    history = marks("uuDDss.........", NOON)
    windows = [(NOON + 45 * SECOND, NOON + 200 * SECOND)]

    assert account(history, windows, NOON, NOON + 5 * MINUTE) == seconds(
        up=55, unknown=90, planned=155, slow=10
    )


def test_fractions_of_a_second_are_counted_to_the_millisecond() -> None:
    start = NOON + timedelta(milliseconds=1)
    history = marks("u", NOON + timedelta(milliseconds=250), every=0.5)

    assert account(history, [], start, NOON + SECOND) == Spans(up_ms=750, unknown_ms=249)


@pytest.mark.parametrize("length", [timedelta(0), timedelta(seconds=-5)])
def test_a_span_that_ends_where_it_begins_holds_no_time(length: timedelta) -> None:
    windows = [(NOON - MINUTE, NOON + MINUTE)]

    assert account(marks("uuu", NOON), windows, NOON, NOON + length) == Spans()


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(TypeError):
        account([], [], datetime(2026, 1, 1), NOON)  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", (2026, 3, 29), 23),
        ("Europe/Berlin", (2026, 10, 25), 25),
        ("America/New_York", (2026, 3, 8), 23),
        ("America/New_York", (2026, 11, 1), 25),
        ("Australia/Lord_Howe", (2026, 4, 5), 24.5),
        ("UTC", (2026, 3, 29), 24),
        ("Europe/Berlin", (2028, 2, 29), 24),
    ],
)
def test_a_day_by_the_clock_on_a_wall_has_as_many_hours_as_it_had(
    zone: str, day: tuple[int, int, int], hours: float
) -> None:
    start = datetime(*day, tzinfo=ZoneInfo(zone))
    following = start.date() + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=ZoneInfo(zone))
    history = [Mark(start, timedelta(days=1), Level.HEALTHY)]

    assert account(history, [], start, end) == Spans(up_ms=round(hours * 3_600_000))


def test_february_of_a_leap_year_has_twenty_nine_days() -> None:
    start, end = datetime(2028, 2, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)

    assert account([], [], start, end).total_ms == 29 * 86_400_000


histories = st.builds(
    lambda text, offset, every: marks(text, NOON + timedelta(seconds=offset), every=every),
    st.text(alphabet="usfDrb.", max_size=40),
    st.integers(-200, 200),
    st.sampled_from([1.0, 7.0, 30.0, 61.0]),
)
windows = st.lists(
    st.tuples(st.integers(-100, 700), st.integers(0, 300)).map(
        lambda each: (NOON + each[0] * SECOND, NOON + (each[0] + each[1]) * SECOND)
    ),
    max_size=5,
)


@given(histories, windows, st.integers(0, 600))
def test_the_spans_add_up_to_the_time_exactly(
    history: list[Mark], planned: list[tuple[datetime, datetime]], length: int
) -> None:
    found = account(history, planned, NOON, NOON + length * SECOND)

    assert found.total_ms == length * 1_000
    assert 0 <= found.degraded_ms <= found.up_ms


@given(histories, windows, st.integers(0, 600_000), st.integers(0, 600_000))
def test_splitting_anywhere_gives_the_same_sums(
    history: list[Mark], planned: list[tuple[datetime, datetime]], one: int, other: int
) -> None:
    middle, end = sorted((one, other))
    split = NOON + timedelta(milliseconds=middle)
    last = NOON + timedelta(milliseconds=end)

    parts = account(history, planned, NOON, split) + account(history, planned, split, last)

    assert parts == account(history, planned, NOON, last)


@settings(max_examples=150, deadline=None)
@given(histories, windows)
def test_any_history_equals_a_count_second_by_second(
    history: list[Mark], planned: list[tuple[datetime, datetime]]
) -> None:
    end = NOON + 10 * MINUTE
    counts = counted_by_the_second(history, planned, NOON, end)

    assert account(history, planned, NOON, end) == seconds(
        up=counts["up"] + counts["degraded"],
        down=counts["down"],
        unknown=counts["unknown"],
        planned=counts["maintenance"],
        slow=counts["degraded"],
    )


@given(histories, windows)
def test_pieces_follow_one_another_without_gap_or_overlap(
    history: list[Mark], planned: list[tuple[datetime, datetime]]
) -> None:
    found = list(pieces(history, planned, NOON, NOON + 10 * MINUTE))

    assert all(piece.start < piece.end for piece in found)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert (found[0].start, found[-1].end - found[0].start) == (
        round(NOON.timestamp() * 1_000),
        600_000,
    )
