"""Tickets, money and payments.

Source: "Business Metrics" and "Payment Metrics", service specification.
"""

from monitoring.catalogue.spec import counter, gauge, histogram

BUSINESS = (
    counter(
        "tickets_sold_total", "tickets", "Tickets sold.", "venue_id", "event_id", "ticket_type"
    ),
    counter(
        "tickets_listed_total",
        "tickets",
        "Tickets listed on the marketplace.",
        "venue_id",
        "price_range",
    ),
    counter(
        "revenue_total_cents",
        "cents",
        "Revenue by kind: primary_sale, resale or fees.",
        "venue_id",
        "type",
    ),
    counter("refunds_processed_total", "refunds", "Refunds processed.", "venue_id", "reason"),
    gauge("business_total_venues", "venues", "Venues, all of them or the active ones.", "type"),
    gauge(
        "business_events_last_30_days", "events", "Events created in the last 30 days.", "period"
    ),
    gauge("business_tickets_sold_24h", "tickets", "Tickets sold in the last 24 hours.", "period"),
)

PAYMENT = (
    counter(
        "payment_success_total", "payments", "Payments that succeeded.", "provider", "currency"
    ),
    counter("payment_failure_total", "payments", "Payments that failed.", "provider", "error_code"),
    histogram(
        "payment_processing_duration_ms",
        "milliseconds",
        "Duration of payment processing.",
        "provider",
        "type",
        buckets=(100, 500, 1_000, 2_000, 5_000, 10_000),
    ),
    counter(
        "stripe_webhooks_total",
        "events",
        "Stripe webhook events received.",
        "event_type",
        "status",
    ),
)
