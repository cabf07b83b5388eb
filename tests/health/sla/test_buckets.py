"""The grid of five minutes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.sla.accounting import Mark, Spans, account, pieces
from health.sla.buckets import BUCKET, bucket_of, bucket_starts, by_bucket
from tests.health.sla.marks_text import marks

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("offset", "expected"),
    [(0, 0), (1, 0), (299, 0), (300, 300), (301, 300), (-1, -300)],
)
def test_an_instant_lies_in_the_bucket_that_began_last(offset: int, expected: int) -> None:
    at = NOON + timedelta(seconds=offset)

    assert bucket_of(at) == NOON + timedelta(seconds=expected)


def test_a_bucket_is_the_same_in_every_time_zone() -> None:
    at = (NOON + timedelta(minutes=7)).astimezone(ZoneInfo("Asia/Kathmandu"))

    assert bucket_of(at) == NOON + timedelta(minutes=5)
    assert bucket_of(at).tzinfo is UTC


@pytest.mark.parametrize(
    ("minutes", "expected"), [(0, 0), (4, 0), (5, 1), (9, 1), (10, 2), (1_440, 288), (-5, 0)]
)
def test_the_bucket_that_is_not_over_is_left_out(minutes: int, expected: int) -> None:
    starts = list(bucket_starts(NOON + timedelta(seconds=1), NOON + timedelta(minutes=minutes)))

    assert starts == [NOON + number * BUCKET for number in range(expected)]


def test_each_bucket_gets_what_lies_within_it() -> None:
    history = marks("u" * 9 + "DDD" + "u" * 8, NOON)

    found = by_bucket(pieces(history, [], NOON, NOON + 2 * BUCKET))

    assert found == {
        NOON: Spans(up_ms=270_000, down_ms=30_000),
        NOON + BUCKET: Spans(up_ms=240_000, down_ms=60_000),
    }


def test_time_cut_off_a_bucket_is_in_no_bucket() -> None:
    found = by_bucket(
        pieces([], [], NOON + timedelta(minutes=3), NOON + timedelta(minutes=6, seconds=1))
    )

    assert found == {NOON: Spans(unknown_ms=120_000), NOON + BUCKET: Spans(unknown_ms=61_000)}


def test_no_time_has_no_bucket() -> None:
    assert by_bucket([]) == {}


@given(
    st.text(alphabet="usfDrb.", max_size=60).map(lambda text: marks(text, NOON)),
    st.integers(-400, 400),
    st.integers(0, 2_000),
)
def test_buckets_are_what_each_bucket_by_itself_accounts_for(
    history: list[Mark], offset: int, length: int
) -> None:
    start = NOON + timedelta(seconds=offset)
    end = start + timedelta(seconds=length)

    found = by_bucket(pieces(history, [], start, end))

    assert found == {
        at: account(history, [], max(at, start), min(at + BUCKET, end)) for at in found
    }
    assert sum((spans.total_ms for spans in found.values()), 0) == length * 1_000
