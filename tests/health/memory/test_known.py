"""What is known of one source: a failure keeps the last good answer, an open question is timed."""

from datetime import UTC, datetime, timedelta

from health.memory.known import Known

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=3)


def test_an_answer_closes_the_question_and_says_how_long_it_took() -> None:
    before: Known[int] = Known()

    known = before.asked(now=10.0).told(7, at=NOON, now=10.25)

    assert known == Known(7, NOON, NOON, elapsed_ms=250.0)
    assert known.silent_seconds(99.0) == 0.0


def test_a_failure_keeps_the_last_good_answer_and_its_instant() -> None:
    known = Known(7, NOON, NOON).asked(now=13.0).failed("refused", at=LATER, now=13.5)

    assert (known.value, known.told_at, known.tried_at) == (7, NOON, LATER)
    assert (known.error, known.elapsed_ms, known.open_since) == ("refused", 500.0, None)


def test_an_answer_after_a_failure_takes_its_error_away() -> None:
    before: Known[int] = Known(error="refused")

    known = before.asked(now=1.0).told(8, at=NOON, now=1.0)

    assert (known.error, known.value) == ("", 8)


def test_an_open_question_is_silent_for_as_long_as_it_is_open() -> None:
    known = Known(7, NOON, NOON).asked(now=10.0)

    assert known.value == 7
    assert known.silent_seconds(12.5) == 2.5
    assert known.silent_seconds(9.0) == 0.0
