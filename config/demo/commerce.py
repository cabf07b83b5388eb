"""The business metrics of ticket, payment and marketplace service in one interval; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from config.demo.catalogue import VENUES
from config.demo.demand import daily_rhythm, minute_of_day
from config.demo.orders import Moment, Order
from config.demo.samples import Sample, counter, observation
from config.demo.states import behaviour

PROVIDERS = (("stripe", 0.8, 420.0), ("paypal", 0.2, 650.0))
"""Name, share of the payments, and median processing time in milliseconds."""
CURRENCIES = (("USD", 0.7), ("EUR", 0.3))
ERROR_CODES = (("card_declined", 0.6), ("insufficient_funds", 0.3), ("processing_error", 0.1))
PRICE_RANGES = (("under_50", 0.3), ("50_to_100", 0.5), ("over_100", 0.2))
REFUND_REASONS = (("customer_request", 0.8), ("duplicate_charge", 0.2))
RESALE_PRICE_CENTS = 9_500
FEE_SHARE = 0.10
OBSERVATIONS_A_BATCH = 5


def ticket_samples(orders: Sequence[Order]) -> Iterator[Sample]:
    """Yield the tickets that were sold: those that were paid for."""
    for order in orders:
        if order.paid:
            yield counter(
                "tickets_sold_total",
                order.paid,
                venue_id=order.event.venue_id,
                event_id=order.event.event_id,
                ticket_type=order.ticket_type,
            )


def payment_samples(
    rng: np.random.Generator, orders: Sequence[Order], moment: Moment
) -> Iterator[Sample]:
    """Yield revenue (integer cents), refunds and the outcome of the payments."""
    yield from _revenue(orders)
    yield from _refunds(rng, moment)
    yield from _outcomes(rng, orders)
    yield from _processing_times(rng, moment)


def marketplace_samples(rng: np.random.Generator, moment: Moment) -> Iterator[Sample]:
    """Yield the listings put up for resale and the revenue (integer cents) of those resold."""
    minutes = moment.span.total_seconds() / 60
    expected = 4.0 * daily_rhythm(minute_of_day(moment.at)) * minutes
    for venue_id in VENUES:
        listed = int(rng.poisson(expected))
        for price_range, count in _split(rng, listed, PRICE_RANGES).items():
            yield counter("tickets_listed_total", count, venue_id=venue_id, price_range=price_range)
        resold = int(rng.binomial(listed, 0.6))
        if resold:
            cents = resold * RESALE_PRICE_CENTS
            yield counter("revenue_total_cents", cents, venue_id=venue_id, type="resale")


def _revenue(orders: Sequence[Order]) -> Iterator[Sample]:
    cents: Counter[str] = Counter()
    for order in orders:
        cents[order.event.venue_id] += order.paid * order.price_cents
    for venue_id, amount in sorted(cents.items()):
        if amount:
            fees = round(amount * FEE_SHARE)
            yield counter("revenue_total_cents", amount, venue_id=venue_id, type="primary_sale")
            yield counter("revenue_total_cents", fees, venue_id=venue_id, type="fees")


def _refunds(rng: np.random.Generator, moment: Moment) -> Iterator[Sample]:
    expected = 0.4 * moment.span.total_seconds() / 60
    refunded = 0
    for venue_id in VENUES:
        refunds = _split(rng, int(rng.poisson(expected)), REFUND_REASONS)
        for reason, count in refunds.items():
            refunded += count
            yield counter("refunds_processed_total", count, venue_id=venue_id, reason=reason)
    if refunded:
        yield _webhooks("charge.refunded", refunded)


def _outcomes(rng: np.random.Generator, orders: Sequence[Order]) -> Iterator[Sample]:
    paid = sum(order.paid for order in orders)
    failed = sum(order.asked for order in orders) - paid
    shares = tuple((name, share) for name, share, _ in PROVIDERS)
    for provider, count in _split(rng, paid, shares).items():
        for currency, part in _split(rng, count, CURRENCIES).items():
            yield counter("payment_success_total", part, provider=provider, currency=currency)
        if provider == "stripe":
            yield _webhooks("payment_intent.succeeded", count)
    for provider, count in _split(rng, failed, shares).items():
        for code, part in _split(rng, count, ERROR_CODES).items():
            yield counter("payment_failure_total", part, provider=provider, error_code=code)
        if provider == "stripe":
            yield _webhooks("payment_intent.payment_failed", count)


def _processing_times(rng: np.random.Generator, moment: Moment) -> Iterator[Sample]:
    added = behaviour(moment.states["payment-service"]).added_latency_ms
    for pick in rng.choice(len(PROVIDERS), size=OBSERVATIONS_A_BATCH, p=[p[1] for p in PROVIDERS]):
        provider, _, median = PROVIDERS[int(pick)]
        took = median * float(rng.lognormal(0.0, 0.4)) + float(rng.uniform(*added))
        yield observation("payment_processing_duration_ms", took, provider=provider, type="charge")


def _webhooks(event_type: str, count: int) -> Sample:
    return counter("stripe_webhooks_total", count, event_type=event_type, status="processed")


def _split(
    rng: np.random.Generator, total: int, shares: Sequence[tuple[str, float]]
) -> dict[str, int]:
    """Deal `total` things to the names by their shares; names that got none are left out."""
    counts = rng.multinomial(total, [share for _, share in shares])
    return {name: int(count) for (name, _), count in zip(shares, counts, strict=True) if count}
