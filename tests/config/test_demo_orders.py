"""The orders of an interval: how many, for how much, and what becomes of them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from config.demo.catalogue import EVENTS, SERVICES
from config.demo.demand import SaleDay
from config.demo.orders import Moment, Order, draw_orders
from config.demo.states import ServiceState

BUSIEST = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
NO_SALES = SaleDay({event.event_id: () for event in EVENTS})
ORDINARY_TICKETS_AN_HOUR = 180 * sum(event.draw for event in EVENTS)


def orders_of_an_hour(**states: ServiceState) -> list[Order]:
    healthy = {profile.name: ServiceState.HEALTHY for profile in SERVICES}
    given = {f"{name}-service": state for name, state in states.items()}
    moment = Moment(BUSIEST, timedelta(hours=1), healthy | given, NO_SALES)
    return draw_orders(np.random.default_rng(1), moment)


def asked(orders: list[Order]) -> int:
    return sum(order.asked for order in orders)


def paid_share(orders: list[Order]) -> float:
    return sum(order.paid for order in orders) / asked(orders)


def test_an_evening_hour_brings_the_ordinary_demand() -> None:
    assert asked(orders_of_an_hour()) == pytest.approx(ORDINARY_TICKETS_AN_HOUR, rel=0.1)


def test_of_the_tickets_fifteen_percent_are_vip() -> None:
    orders = orders_of_an_hour()

    vip = asked([order for order in orders if order.ticket_type == "vip"])
    assert vip / asked(orders) == pytest.approx(0.15, abs=0.03)


def test_a_vip_ticket_costs_two_and_a_half_times_the_price_in_whole_cents() -> None:
    prices = {(o.event.event_id, o.ticket_type): o.price_cents for o in orders_of_an_hour()}

    assert prices["event-101", "general"] == 8_900
    assert prices["event-101", "vip"] == 22_250
    assert all(isinstance(price, int) for price in prices.values())


def test_on_an_ordinary_day_three_percent_of_the_payments_are_declined() -> None:
    assert paid_share(orders_of_an_hour()) == pytest.approx(0.97, abs=0.02)


def test_a_failing_ticket_service_loses_four_of_ten_orders() -> None:
    orders = orders_of_an_hour(ticket=ServiceState.FAILING)

    assert asked(orders) == pytest.approx(0.6 * ORDINARY_TICKETS_AN_HOUR, rel=0.1)
    assert paid_share(orders) == pytest.approx(0.97, abs=0.03)


def test_a_failing_payment_service_loses_four_of_ten_payments() -> None:
    assert paid_share(orders_of_an_hour(payment=ServiceState.FAILING)) == pytest.approx(
        0.58, abs=0.05
    )
