"""How numbers and times read in a report."""

import pytest

from health.reports import wording


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (None, "—"),
        ("100", "100.00 %"),
        ("99.9", "99.90 %"),
        ("99.999999", "99.999999 %"),
        ("99.953700", "99.9537 %"),
        ("0", "0.00 %"),
        ("-12.5", "-12.50 %"),
    ],
)
def test_a_percentage_keeps_all_its_digits(share: str | None, words: str) -> None:
    assert wording.percent(share) == words


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [
        (0, "0 s"),
        (1, "0.001 s"),
        (1_000, "1 s"),
        (59_999, "59.999 s"),
        (60_000, "1 min"),
        (3_600_000, "1 h"),
        (86_400_000, "1 d"),
        (90_061_500, "1 d 1 h 1 min 1.5 s"),
        (2_678_400_000, "31 d"),
        (-1_500, "-1.5 s"),
    ],
)
def test_a_duration_is_exact(milliseconds: int, words: str) -> None:
    assert wording.duration(milliseconds) == words


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(None, "—"), (0.04, "0.0 ms"), (9.94, "9.9 ms"), (10, "10 ms"), (1_234.5, "1,234 ms")],
)
def test_a_time_of_an_answer_says_what_matters(milliseconds: float | None, words: str) -> None:
    assert wording.latency(milliseconds) == words


@pytest.mark.parametrize(("number", "words"), [(None, "—"), (0, "0"), (1_234_567, "1,234,567")])
def test_a_count_has_commas(number: int | None, words: str) -> None:
    assert wording.count(number) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("2026-10-01T00:00:00+00:00", "2026-10-02T00:00:00+00:00", "2026-10-01 (UTC)"),
        (
            "2026-10-01T00:00:00+00:00",
            "2026-11-01T00:00:00+00:00",
            "2026-10-01 to 2026-10-31 (UTC)",
        ),
        ("2028-02-29T00:00:00+00:00", "2028-03-01T00:00:00+00:00", "2028-02-29 (UTC)"),
        (
            "2026-10-01T00:05:00+00:00",
            "2026-10-02T00:00:00+00:00",
            "2026-10-01 00:05 to 2026-10-02 00:00 UTC",
        ),
    ],
)
def test_a_period_of_whole_days_names_its_last_day(start: str, end: str, words: str) -> None:
    assert wording.period(start, end) == words


def test_an_instant_has_seconds_only_where_there_are_any() -> None:
    assert wording.instant("2026-10-01T10:00:00+00:00") == "2026-10-01 10:00"
    assert wording.instant("2026-10-01T10:00:07+00:00") == "2026-10-01 10:00:07"
