"""Budgets, burn rates and forecasts against sums done by hand."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.latency.histogram import LatencyHistogram
from health.sla.accounting import Condition, Piece, Spans
from health.slo.budget import Tally, budget_remaining, burn_rate, compliance_percent
from health.slo.burn import (
    PAIRS,
    WINDOWS,
    Pair,
    pair_rates,
    present_burn,
    rates_of_answers,
    rates_of_time,
)
from health.slo.forecast import exhausted_at, exhausted_in
from health.slo.measuring import latency_tally, spans_since, time_tally

NINES = Decimal("99.9")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MONTH = timedelta(days=30)
HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("good", "bad", "target", "rate"),
    [
        (0, 1, "99.9", 1_000.0),
        (999, 1, "99.9", 1.0),
        (1_000, 0, "99.9", 0.0),
        (0, 0, "99.9", None),
        # 51.84 s of an hour: the 2 % of 43.2 minutes at which the workbook pages.
        (HOUR_MS - 51_840, 51_840, "99.9", 14.4),
        (6 * HOUR_MS - 129_600, 129_600, "99.9", 6.0),
        (99, 1, "99", 1.0),
        (1, 1, "50", 1.0),
        (0, 7, "50", 2.0),
        (999_999, 1, "99.9999", 1.0),
    ],
)
def test_a_burn_rate_is_the_failed_share_over_the_share_that_may_fail(
    good: int, bad: int, target: str, rate: float | None
) -> None:
    assert burn_rate(Tally(good, bad), Decimal(target)) == (
        None if rate is None else pytest.approx(rate, rel=1e-12)
    )


@pytest.mark.parametrize(
    ("good", "bad", "left"),
    [(1_000, 0, 1.0), (9_995, 5, 0.5), (999, 1, 0.0), (998, 2, -1.0), (0, 0, None)],
)
def test_a_budget_is_used_up_when_as_much_has_failed_as_may(
    good: int, bad: int, left: float | None
) -> None:
    assert budget_remaining(Tally(good, bad), NINES) == (
        None if left is None else pytest.approx(left, abs=1e-12)
    )


@pytest.mark.parametrize(
    ("good", "bad", "percent"), [(3, 1, 75.0), (0, 5, 0.0), (5, 0, 100.0), (0, 0, None)]
)
def test_compliance_is_the_good_share(good: int, bad: int, percent: float | None) -> None:
    assert compliance_percent(Tally(good, bad)) == percent


def test_a_target_of_a_hundred_percent_has_no_budget_to_burn() -> None:
    with pytest.raises(ValueError, match="leaves no budget"):
        burn_rate(Tally(1, 1), Decimal(100))


def test_tallies_add_up() -> None:
    assert Tally(1, 2) + Tally(10, 20) == Tally(11, 22)
    assert Tally(1, 2).total == 3


def test_the_windows_and_pairs_are_those_of_the_workbook() -> None:
    assert [window.total_seconds() for window in WINDOWS.values()] == [
        300, 1_800, 3_600, 7_200, 21_600, 86_400, 259_200,
    ]  # fmt: skip
    assert list(PAIRS) == [Pair("1h", "5m", 14.4), Pair("6h", "30m", 6), Pair("3d", "6h", 1)]
    assert [pair.name for pair in PAIRS] == ["1h/5m", "6h/30m", "3d/6h"]
    assert all(WINDOWS[pair.long] == 12 * WINDOWS[pair.short] for pair in PAIRS)


@pytest.mark.parametrize(
    ("share", "pair"),
    [(Decimal("0.02"), PAIRS[0]), (Decimal("0.05"), PAIRS[1]), (Decimal("0.10"), PAIRS[2])],
)
def test_a_pair_speaks_when_its_share_of_a_month_has_burnt(share: Decimal, pair: Pair) -> None:
    months = Decimal(MONTH / WINDOWS[pair.long])

    assert pair.threshold == pytest.approx(float(share * months))


@pytest.mark.parametrize(
    ("long", "short", "both"),
    [(20.0, 3.0, 3.0), (3.0, 20.0, 3.0), (0.0, 5.0, 0.0), (None, 5.0, None), (5.0, None, None)],
)
def test_a_pair_burns_as_fast_as_the_slower_of_its_windows(
    long: float | None, short: float | None, both: float | None
) -> None:
    assert pair_rates({"1h": long, "5m": short})["1h/5m"] == both


def test_pairs_of_windows_that_were_not_measured_are_unknown() -> None:
    assert pair_rates({}) == {"1h/5m": None, "6h/30m": None, "3d/6h": None}
    assert present_burn({}) == 0.0


def test_the_present_burn_is_the_fastest_on_which_a_pair_agrees() -> None:
    rates = {"1h": 40.0, "5m": 2.0, "6h": 9.0, "30m": 50.0, "3d": 1.5}

    assert present_burn(rates) == 9.0


@pytest.mark.parametrize(
    ("remaining", "burn", "days"),
    [
        (1.0, 1.0, 30.0),
        (1.0, 0.99, None),
        (1.0, 2.0, 15.0),
        (0.5, 14.4, 30 * 0.5 / 14.4),
        (0.5, 0.5, 30.0),
        (0.5, 0.4, None),
        (0.5, 0.0, None),
        (0.0, 0.0, 0.0),
        (0.0, 9.0, 0.0),
        (-3.0, 0.0, 0.0),
    ],
)
def test_a_budget_lasts_as_long_as_what_is_left_feeds_the_burn(
    remaining: float, burn: float, days: float | None
) -> None:
    found = exhausted_in(remaining, burn, MONTH)

    assert found == (None if days is None else timedelta(days=days))


def test_a_forecast_names_an_instant_or_nothing() -> None:
    assert exhausted_at(0.5, 1.0, MONTH, at=NOON) == NOON + timedelta(days=15)
    assert exhausted_at(0.5, 0.1, MONTH, at=NOON) is None
    assert exhausted_at(None, 5.0, MONTH, at=NOON) is None


@given(st.floats(0.001, 1), st.floats(0.001, 1_000))
def test_a_forecast_within_the_window_spends_exactly_what_is_left(
    remaining: float, burn: float
) -> None:
    lasts = exhausted_in(remaining, burn, MONTH)

    if lasts is None:
        assert burn < remaining
    else:
        assert timedelta(0) < lasts <= MONTH
        assert burn * (lasts / MONTH) == pytest.approx(remaining, rel=1e-5)


def test_time_that_is_unknown_or_planned_is_neither_good_nor_bad() -> None:
    spans = Spans(up_ms=5, down_ms=3, unknown_ms=70, maintenance_ms=80, degraded_ms=2)

    assert time_tally(spans) == Tally(5, 3)


def test_answers_count_by_the_threshold() -> None:
    latency = LatencyHistogram.of_buckets([100.0, 200.0, float("inf")], [4, 6, 9])

    assert latency_tally(latency, 100) == Tally(4, 5)
    assert latency_tally(latency, 150) == Tally(5, 4)


def test_only_what_lies_at_or_after_the_instant_is_added_up() -> None:
    noon = round(NOON.timestamp() * 1_000)
    parts = [
        Piece(noon - 500, noon - 100, Condition.DOWN),
        Piece(noon - 100, noon, Condition.DOWN),
        Piece(noon, noon + 30, Condition.UP),
        Piece(noon + 30, noon + 50, Condition.DOWN),
    ]

    assert spans_since(parts, NOON) == Spans(up_ms=30, down_ms=20)
    assert spans_since(parts, NOON - timedelta(milliseconds=40)) == Spans(up_ms=30, down_ms=60)
    assert spans_since(parts, NOON + timedelta(milliseconds=45)) == Spans(down_ms=5)


@pytest.mark.parametrize(
    ("measured_ms", "rate"),
    [(0, None), (1_799_999, None), (1_800_000, pytest.approx(1)), (3_600_000, pytest.approx(1))],
)
def test_a_window_of_time_tells_once_half_of_it_was_measured(
    measured_ms: int, rate: float | None
) -> None:
    windows = {"1h": Tally(measured_ms * 0.9, measured_ms * 0.1)}

    assert rates_of_time(windows, Decimal(90)) == {"1h": rate}


def test_a_window_of_answers_tells_from_the_first_one() -> None:
    windows = {"3d": Tally(0, 1), "1h": Tally(0, 0)}

    assert rates_of_answers(windows, Decimal(90)) == {"3d": pytest.approx(10), "1h": None}
