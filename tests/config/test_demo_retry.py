"""What an answer to a pushed batch means."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.demo.retry import (
    Outcome,
    Verdict,
    backoff_seconds,
    judge,
    retry_after_seconds,
    samples_stored,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (199, Outcome.REFUSED),
        (200, Outcome.STORED),
        (207, Outcome.STORED),
        (299, Outcome.STORED),
        (300, Outcome.REFUSED),
        (302, Outcome.REFUSED),
        (400, Outcome.REFUSED),
        (401, Outcome.REFUSED),
        (408, Outcome.TRY_AGAIN),
        (413, Outcome.REFUSED),
        (425, Outcome.TRY_AGAIN),
        (429, Outcome.TRY_AGAIN),
        (499, Outcome.REFUSED),
        (500, Outcome.TRY_AGAIN),
        (503, Outcome.TRY_AGAIN),
    ],
)
def test_the_status_decides_what_becomes_of_a_batch(status: int, outcome: Outcome) -> None:
    assert judge(status, None, 0, NOON).outcome is outcome


def test_the_receiver_decides_how_long_to_wait() -> None:
    assert judge(503, "7", 5, NOON) == Verdict(Outcome.TRY_AGAIN, 7.0)


def test_without_a_word_from_the_receiver_the_wait_grows_with_the_failures() -> None:
    assert judge(503, None, 2, NOON) == Verdict(Outcome.TRY_AGAIN, 2.0)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0.5), (1, 1.0), (5, 16.0), (6, 30.0), (7, 30.0), (10**6, 30.0)]
)
def test_the_back_off_doubles_up_to_half_a_minute(failures: int, seconds: float) -> None:
    assert backoff_seconds(failures) == seconds


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-1", None),
        ("1.5", None),
        ("٣", None),
        ("3", 3.0),
        (" 3 ", 3.0),
        ("0", 0.2),
        ("120", 120.0),
        ("121", 120.0),
        ("9" * 400, 120.0),
        ("Sun, 01 Mar 2026 12:00:30 GMT", 30.0),
        ("Sun, 01 Mar 2026 13:00:30 +0100", 30.0),
        ("Sun, 01 Mar 2026 12:00:30 -0000", 30.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.2),
        ("Mon, 02 Mar 2026 12:00:00 GMT", 120.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, NOON) == seconds


@given(st.text())
def test_no_header_makes_the_wait_negative_or_endless(header: str) -> None:
    seconds = retry_after_seconds(header, NOON)

    assert seconds is None or 0.2 <= seconds <= 120


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        ('{"success": true, "stored": 5}', 5),
        ('{"success": false, "stored": 3, "rejected": [{}, {}]}', 3),
        ('{"stored": 0}', 0),
        ('{"success": true}', 5),
        ('{"stored": 6}', 5),
        ('{"stored": -1}', 5),
        ('{"stored": true}', 5),
        ('{"stored": "3"}', 5),
        ("[3]", 5),
        ("", 5),
        ("<html>", 5),
    ],
)
def test_an_answer_may_own_up_to_a_part_of_the_batch(body: str, stored: int) -> None:
    assert samples_stored(body, sent=5) == stored
