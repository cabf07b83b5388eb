"""The demand for tickets over a day."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.demo.catalogue import EVENTS
from config.demo.demand import (
    MINUTES_A_DAY,
    SaleDay,
    daily_rhythm,
    minute_of_day,
    onsale_rush,
    plan_day,
    tickets_per_minute,
    visitor_load,
)

EVENT = EVENTS[0]


def day_with_sale_at(minute: float) -> SaleDay:
    return SaleDay({event.event_id: (minute,) if event is EVENT else () for event in EVENTS})


@pytest.mark.parametrize(
    ("minute", "rush"),
    [(599.9, 0.0), (600.0, 1.0), (606.0, 0.3679), (644.9, 0.0006), (645.0, 0.0)],
)
def test_a_rush_starts_with_the_sale_and_fades(minute: float, rush: float) -> None:
    assert onsale_rush(day_with_sale_at(600.0), EVENT, minute) == pytest.approx(rush, abs=1e-4)


def test_a_sale_opened_before_midnight_still_fades_after_it() -> None:
    assert onsale_rush(day_with_sale_at(1_437.0), EVENT, 3.0) == pytest.approx(0.3679, abs=1e-4)


@pytest.mark.parametrize(("hour", "level"), [(20, 1.0), (8, 0.25), (14, 0.625)])
def test_buyers_are_awake_in_the_evening_and_asleep_in_the_morning(hour: int, level: float) -> None:
    assert daily_rhythm(hour * 60) == pytest.approx(level)


def test_the_minute_of_a_day_counts_its_seconds() -> None:
    assert minute_of_day(datetime(2026, 3, 1, 13, 30, 15, tzinfo=UTC)) == 810.25


def test_each_half_hour_of_a_day_has_one_sale() -> None:
    day = plan_day(np.random.default_rng(3))

    halves = sorted(int(minute // 30) for opens in day.onsale_minutes.values() for minute in opens)

    assert halves == list(range(48))


def test_a_sale_opens_in_the_first_quarter_of_an_hour_of_its_half_hour() -> None:
    opens = [
        minute % 30
        for seed in range(20)
        for minutes in plan_day(np.random.default_rng(seed)).onsale_minutes.values()
        for minute in minutes
    ]

    assert min(opens) == pytest.approx(0, abs=0.2)
    assert max(opens) == pytest.approx(15, abs=0.2)


def test_each_event_has_its_share_of_the_sales() -> None:
    day = plan_day(np.random.default_rng(3))

    assert {len(opens) for opens in day.onsale_minutes.values()} == {8}


def test_a_sale_multiplies_the_demand_for_its_event_alone() -> None:
    day, quiet = day_with_sale_at(600.0), SaleDay({event.event_id: () for event in EVENTS})

    assert tickets_per_minute(day, EVENT, 600.0) > 10 * tickets_per_minute(quiet, EVENT, 600.0)
    assert tickets_per_minute(day, EVENTS[1], 600.0) == tickets_per_minute(quiet, EVENTS[1], 600.0)


@pytest.mark.parametrize(
    ("sale_at", "tickets", "load"), [(1_200.0, 2.5 * 43.0, 3.0), (600.0, 2.5 * 3.0, 1.0)]
)
def test_in_the_evening_the_rush_comes_on_top_of_the_ordinary_demand(
    sale_at: float, tickets: float, load: float
) -> None:
    day = day_with_sale_at(sale_at)

    assert tickets_per_minute(day, EVENT, 1_200.0) == pytest.approx(tickets)
    assert visitor_load(day, 1_200.0) == pytest.approx(load)


@given(seed=st.integers(0, 2**32), minute=st.floats(0, MINUTES_A_DAY, exclude_max=True))
def test_the_load_is_positive_and_bounded_at_every_minute(seed: int, minute: float) -> None:
    day = plan_day(np.random.default_rng(seed))

    assert 0.25 <= visitor_load(day, minute) < 8.0
