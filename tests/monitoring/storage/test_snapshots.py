"""What one snapshot did not see is told apart from what it did."""

import pytest

from monitoring.storage.snapshots import NOTHING_SEEN, Snapshot


@pytest.mark.parametrize(
    ("text", "own", "unseen"),
    [
        ("10:10:", None, {10, 11}),
        ("8:12:8,10", None, {8, 10, 12, 13}),
        ("8:12:8", 9, {8, 9, 12}),
        ("10:10:", 10, {10, 11}),
        ("10:10:", 12, {10, 11, 12}),
    ],
)
def test_running_and_later_transactions_are_not_seen(
    text: str, own: int | None, unseen: set[int]
) -> None:
    snapshot = Snapshot.parse(text, own)

    assert {number for number in range(5, max(unseen) + 1) if not snapshot.sees(number)} == unseen


@pytest.mark.parametrize(
    ("before", "newest", "now", "missed"),
    [
        ("10:10:", 9, "20:20:", False),
        ("10:10:", 10, "20:20:", True),
        ("10:10:", 15, "20:20:", True),
        ("8:10:8", 7, "20:20:", False),
        ("8:10:8", 8, "20:20:", True),
        ("8:10:8", 9, "20:20:", True),
        ("8:10:8", 9, "8:20:8", False),
        ("8:10:8", 7, "8:20:8", False),
        ("8:10:8,9", 9, "8:20:8", True),
        ("8:10:8,9", 8, "8:20:8", False),
    ],
)
def test_a_seal_of_what_was_never_seen_is_noticed(
    before: str, newest: int, now: str, *, missed: bool
) -> None:
    assert Snapshot.parse(before).missed(newest, Snapshot.parse(now)) is missed


def test_who_has_seen_nothing_has_missed_any_seal() -> None:
    assert NOTHING_SEEN.missed(1, Snapshot.parse("10:10:"))
    assert not NOTHING_SEEN.sees(1)
