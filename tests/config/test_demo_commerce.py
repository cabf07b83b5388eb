"""The business metrics: money and outcomes follow from the orders, to the cent."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from config.demo.catalogue import EVENTS, SERVICES
from config.demo.commerce import marketplace_samples, payment_samples, ticket_samples
from config.demo.demand import SaleDay
from config.demo.orders import Moment, Order
from config.demo.samples import Sample
from config.demo.states import ServiceState

BUSIEST = datetime(2026, 3, 1, 20, 0, tzinfo=UTC)
HEALTHY = {profile.name: ServiceState.HEALTHY for profile in SERVICES}
NO_SALES = SaleDay({event.event_id: () for event in EVENTS})
HOUR = Moment(BUSIEST, timedelta(hours=1), HEALTHY, NO_SALES)
ARENA, OPERA = EVENTS[0], EVENTS[2]
ORDERS = [
    Order(ARENA, "general", 8_900, asked=1_200, paid=1_000),
    Order(ARENA, "vip", 22_255, asked=1, paid=1),
    Order(OPERA, "general", 6_400, asked=3, paid=0),
]


def totals(samples: Iterable[Sample], metric: str, *labels: str) -> dict[tuple[str, ...], float]:
    """Return the sum of a counter by the named labels."""
    found: Counter[tuple[str, ...]] = Counter()
    for sample in samples:
        if sample.metric_name == metric:
            found[tuple(sample.labels[label] for label in labels)] += int(sample.value)
    return dict(found)


def payments() -> list[Sample]:
    return list(payment_samples(np.random.default_rng(1), ORDERS, HOUR))


def resales() -> list[Sample]:
    return list(marketplace_samples(np.random.default_rng(1), HOUR))


def test_only_tickets_that_were_paid_for_are_sold() -> None:
    sold = totals(ticket_samples(ORDERS), "tickets_sold_total", "event_id", "ticket_type")

    assert sold == {("event-101", "general"): 1_000, ("event-101", "vip"): 1}


def test_revenue_is_price_times_tickets_and_a_tenth_of_it_in_fees() -> None:
    assert totals(payments(), "revenue_total_cents", "venue_id", "type") == {
        ("venue-arena", "primary_sale"): 8_922_255,
        ("venue-arena", "fees"): 892_226,
    }


def test_each_order_is_paid_or_has_failed() -> None:
    samples = payments()

    assert totals(samples, "payment_success_total") == {(): 1_001}
    assert totals(samples, "payment_failure_total") == {(): 203}


def test_providers_and_currencies_have_their_shares() -> None:
    by_provider = totals(payments(), "payment_success_total", "provider")
    by_currency = totals(payments(), "payment_success_total", "currency")

    assert by_provider["stripe",] / 1_001 == pytest.approx(0.8, abs=0.05)
    assert by_currency["USD",] / 1_001 == pytest.approx(0.7, abs=0.05)


def test_stripe_reports_each_of_its_payments_and_every_refund() -> None:
    samples = payments()
    webhooks = totals(samples, "stripe_webhooks_total", "event_type")

    succeeded = totals(samples, "payment_success_total", "provider")["stripe",]
    failed = totals(samples, "payment_failure_total", "provider")["stripe",]
    (refunds,) = totals(samples, "refunds_processed_total").values()
    assert webhooks == {
        ("payment_intent.succeeded",): succeeded,
        ("payment_intent.payment_failed",): failed,
        ("charge.refunded",): refunds,
    }


def test_each_venue_refunds_two_tickets_in_five_minutes() -> None:
    refunds = totals(payments(), "refunds_processed_total", "venue_id")

    assert set(refunds) == {("venue-arena",), ("venue-club",), ("venue-opera",)}
    assert sum(refunds.values()) == pytest.approx(3 * 24, rel=0.3)


def test_a_batch_holds_a_handful_of_processing_times() -> None:
    times = [s for s in payments() if s.metric_name == "payment_processing_duration_ms"]

    assert len(times) == 5
    assert all(50 < sample.value < 5_000 for sample in times)


def test_each_venue_lists_four_tickets_a_minute_in_the_evening() -> None:
    listed = totals(resales(), "tickets_listed_total", "venue_id")

    assert set(listed) == {("venue-arena",), ("venue-club",), ("venue-opera",)}
    assert all(count == pytest.approx(240, rel=0.25) for count in listed.values())


def test_six_of_ten_listed_tickets_are_resold_at_one_price() -> None:
    samples = resales()
    (cents,) = totals(samples, "revenue_total_cents", "type").values()
    (listed,) = totals(samples, "tickets_listed_total").values()

    assert cents % 9_500 == 0
    assert cents / 9_500 / listed == pytest.approx(0.6, abs=0.06)


def test_an_interval_without_orders_has_no_revenue_and_no_payments() -> None:
    moment = Moment(BUSIEST, timedelta(milliseconds=1), HEALTHY, NO_SALES)
    samples = list(payment_samples(np.random.default_rng(1), [], moment))

    assert {sample.metric_name for sample in samples} == {"payment_processing_duration_ms"}
