"""Silences and open windows against labels."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.routing.hidden import HiddenBy
from alerts.routing.matching import Matcher, MatchOp
from alerts.routing.silencing import Mute, Phase, phase, why_muted

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta.resolution
LABELS = {"severity": "warning"}


def mute(
    *,
    by: HiddenBy = HiddenBy.SILENCE,
    name: str = "s1",
    value: str = "warning",
    until: datetime = NOON + HOUR,
) -> Mute:
    matchers = (Matcher("severity", MatchOp.EQUAL, value),)
    return Mute(by, name, matchers, NOON, until, owner="ana", why="deploy")


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOON - TICK, Phase.PENDING),
        (NOON, Phase.ACTIVE),
        (NOON + HOUR - TICK, Phase.ACTIVE),
        (NOON + HOUR, Phase.EXPIRED),
    ],
)
def test_it_mutes_from_its_begin_until_before_its_end(at: datetime, expected: Phase) -> None:
    assert phase(NOON, NOON + HOUR, at) is expected
    assert (why_muted(LABELS, [mute()], at) is not None) is (expected is Phase.ACTIVE)


def test_one_that_never_began_is_expired() -> None:
    assert phase(NOON, NOON, NOON) is Phase.EXPIRED


def test_it_says_who_muted_what_until_when_and_why() -> None:
    hidden = why_muted(LABELS, [mute()], NOON)

    assert hidden is not None
    assert (hidden.by, hidden.id, hidden.until) == (HiddenBy.SILENCE, "s1", NOON + HOUR)
    assert hidden.reason == "silenced until 2025-01-12 13:00 UTC by ana: deploy"


def test_a_window_says_so() -> None:
    hidden = why_muted(LABELS, [mute(by=HiddenBy.WINDOW)], NOON)

    assert hidden is not None
    assert (hidden.by, hidden.reason[:14]) == (HiddenBy.WINDOW, "in maintenance")


def test_other_labels_are_not_muted() -> None:
    assert why_muted({"severity": "critical"}, [mute()], NOON) is None


def test_of_several_the_one_that_ends_last_is_named() -> None:
    mutes = [
        mute(name="a"),
        mute(name="b", until=NOON + 2 * HOUR),
        mute(name="c"),
        mute(name="d", value="critical", until=NOON + 3 * HOUR),
    ]

    hidden = why_muted(LABELS, mutes, NOON)

    assert hidden is not None
    assert (hidden.id, hidden.until) == ("b", NOON + 2 * HOUR)


def test_a_long_reason_is_cut_to_what_the_ledger_holds() -> None:
    long = Mute(HiddenBy.SILENCE, "s", mute().matchers, NOON, NOON + HOUR, "ana", "x" * 2_000)

    hidden = why_muted(LABELS, [long], NOON)

    assert hidden is not None
    assert len(hidden.reason) == 500


@given(
    spans=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5),
    minute=st.integers(0, 9),
)
def test_an_alert_is_muted_exactly_while_one_of_them_holds(
    spans: list[tuple[int, int]], minute: int
) -> None:
    mutes = [
        Mute(
            HiddenBy.SILENCE,
            str(number),
            mute().matchers,
            NOON + timedelta(minutes=start),
            NOON + timedelta(minutes=end),
            owner="ana",
            why="deploy",
        )
        for number, (start, end) in enumerate(spans)
    ]

    hidden = why_muted(LABELS, mutes, NOON + timedelta(minutes=minute))

    assert (hidden is not None) is any(start <= minute < end for start, end in spans)
