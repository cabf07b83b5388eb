"""Who is due when: each service once in its own interval, whatever the ticks are."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.watching.due import Turn, due_slot, far_ahead, phase_of, slot_for, supersedes

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HALF_MINUTE = timedelta(seconds=30)
MILLISECOND = timedelta(milliseconds=1)
NAMES = st.from_regex(r"[a-z][a-z0-9-]{0,20}", fullmatch=True)
INTERVALS = st.integers(1_000, 86_400_000).map(lambda ms: ms * MILLISECOND)
INSTANTS = st.integers(1_577_836_800_000_000, 2_208_988_800_000_000).map(  # 2020 to 2040
    lambda us: datetime(1970, 1, 1, tzinfo=UTC) + us * timedelta.resolution
)


@pytest.mark.parametrize(
    ("name", "interval", "phase"),
    [
        ("payment", 30, 21.789),
        ("auth", 30, 3.705),
        ("payment", 60, 51.789),
        ("payment", 0.001, 0.0),
        ("payment", 0.0025, 0.001),
    ],
)
def test_the_phase_is_the_same_in_every_process_and_version(
    name: str, interval: float, phase: float
) -> None:
    assert phase_of(name, timedelta(seconds=interval)) == timedelta(seconds=phase)


@given(name=NAMES, interval=INTERVALS)
def test_the_phase_lies_within_the_interval(name: str, interval: timedelta) -> None:
    assert timedelta(0) <= phase_of(name, interval) < interval


def test_hundreds_of_services_are_spread_evenly() -> None:
    seconds = Counter(phase_of(f"service{n}", HALF_MINUTE).seconds for n in range(600))

    assert len(seconds) == 30
    assert max(seconds.values()) <= 40  # 20 on average


@pytest.mark.parametrize("interval", [timedelta(0), timedelta(microseconds=999)])
def test_an_interval_of_less_than_a_millisecond_is_none(interval: timedelta) -> None:
    with pytest.raises(ValueError, match="at least a millisecond"):
        phase_of("payment", interval)


def test_slots_are_counted_from_the_epoch() -> None:
    """Another origin would give every service another slot on the day that a new version starts."""
    week_and_a_bit = timedelta(days=7, seconds=1)

    slot = datetime(2026, 11, 19, 5, 32, 16, 789_000, tzinfo=UTC)
    assert slot_for("payment", week_and_a_bit, NOON) == slot


@given(name=NAMES, interval=INTERVALS, at=INSTANTS)
def test_the_slot_is_the_last_instant_of_its_own_grid(
    name: str, interval: timedelta, at: datetime
) -> None:
    slot = slot_for(name, interval, at)

    assert slot <= at < slot + interval
    assert slot_for(name, interval, slot) == slot
    assert slot_for(name, interval, slot - timedelta.resolution) == slot - interval


@given(
    name=NAMES,
    interval=st.integers(5_000, 120_000).map(lambda ms: ms * MILLISECOND),
    start=INSTANTS,
    steps=st.lists(st.integers(0, 40_000), min_size=1, max_size=80),
)
def test_each_slot_is_probed_at_most_once_and_none_is_missed_between_close_ticks(
    name: str, interval: timedelta, start: datetime, steps: list[int]
) -> None:
    at, last, probed = start, None, []
    for step in steps:
        at += step * MILLISECOND
        slot = due_slot(Turn(name, interval, last), at)
        if slot is not None:
            probed.append(slot)
            last = slot

    assert len(set(probed)) == len(probed)
    assert probed == sorted(probed)
    looked_at = {
        slot_for(name, interval, start + sum(steps[: n + 1]) * MILLISECOND)
        for n in range(len(steps))
    }
    assert set(probed) == looked_at


def test_ticks_of_five_seconds_probe_each_interval_exactly_once() -> None:
    last, probed = None, []
    for tick in range(720):
        slot = due_slot(Turn("payment", HALF_MINUTE, last), NOON + tick * timedelta(seconds=5))
        if slot is not None:
            last = slot
            probed.append(slot)

    gaps = {later - earlier for earlier, later in pairwise(probed)}
    assert gaps == {HALF_MINUTE}
    assert len(probed) == 121  # an hour, and the slot that was under way when it began


@pytest.mark.parametrize(
    ("last", "is_news"),
    [
        (None, True),
        (NOON - timedelta.resolution, True),
        (NOON, False),
        (NOON + timedelta.resolution, False),
        (NOON + 2 * HALF_MINUTE, False),
        (NOON + 2 * HALF_MINUTE + timedelta.resolution, True),
    ],
)
def test_a_probe_is_news_unless_the_last_was_as_late_or_a_little_later(
    last: datetime | None,
    is_news: bool,  # noqa: FBT001
) -> None:
    assert supersedes(NOON, last, HALF_MINUTE) is is_news


@pytest.mark.parametrize(
    ("since", "checked_at", "expected"),
    [
        (NOON + timedelta(seconds=1), None, NOON + timedelta(seconds=1)),
        (NOON + timedelta(seconds=2), None, NOON + timedelta(seconds=2)),
        (NOON + timedelta(seconds=1, microseconds=999), None, NOON + timedelta(seconds=1)),
        (NOON + timedelta(seconds=1, microseconds=1_000), None, NOON + timedelta(seconds=1.001)),
        (NOON + timedelta(seconds=3), None, NOON),  # begins in the future: clocks differ
        (NOON - timedelta(seconds=1), None, NOON),
        (NOON + timedelta(seconds=1), NOON + timedelta(seconds=1), None),
        (NOON + timedelta(seconds=1), NOON - HALF_MINUTE, NOON),
    ],
)
def test_the_first_slot_does_not_lie_before_the_service_began(
    since: datetime, checked_at: datetime | None, expected: datetime | None
) -> None:
    phase = phase_of("payment", HALF_MINUTE)

    def shifted(instant: datetime | None) -> datetime | None:
        return None if instant is None else instant + phase

    turn = Turn("payment", HALF_MINUTE, shifted(checked_at), shifted(since))

    assert due_slot(turn, NOON + phase + timedelta(seconds=2)) == shifted(expected)


def test_far_ahead_is_two_intervals() -> None:
    assert far_ahead(NOON, HALF_MINUTE) == NOON + timedelta(minutes=1)


def test_a_clock_that_was_set_back_delays_nobody_for_more_than_two_intervals() -> None:
    before = slot_for("payment", HALF_MINUTE, NOON + timedelta(hours=1))

    slot = due_slot(Turn("payment", HALF_MINUTE, before), NOON)

    assert slot == slot_for("payment", HALF_MINUTE, NOON)


def test_a_shorter_interval_counts_at_once() -> None:
    hourly = slot_for("payment", timedelta(hours=1), NOON)

    assert due_slot(Turn("payment", HALF_MINUTE, hourly), NOON) == slot_for(
        "payment", HALF_MINUTE, NOON
    )
