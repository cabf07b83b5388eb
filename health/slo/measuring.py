"""From what was recorded to what counts for an objective."""

from collections.abc import Iterable
from datetime import datetime

from health.latency.histogram import LatencyHistogram
from health.sla.accounting import Piece, Spans, spans_of
from health.slo.budget import Tally
from monitoring.storage.instants import to_ms


def time_tally(spans: Spans) -> Tally:
    """Return the time that was up and down, in ms; unknown and planned time counts neither way."""
    return Tally(spans.up_ms, spans.down_ms)


def latency_tally(latency: LatencyHistogram, threshold_ms: float) -> Tally:
    """Return how many answers came within the threshold and how many did not.

    What was not answered is no matter of latency: an objective of availability counts it.
    """
    within = latency.count_within(threshold_ms)
    return Tally(within, latency.count - within)


def spans_since(parts: Iterable[Piece], since: datetime) -> Spans:
    """Add up what of the pieces lies at or after the instant."""
    start = to_ms(since)
    return spans_of(
        Piece(max(part.start, start), part.end, part.condition)
        for part in parts
        if part.end > start
    )
