"""When five minutes broke the promise. Source: field total_violations of GET dashboard/sla, service specification."""

from decimal import Decimal

from health.latency.histogram import LatencyHistogram
from health.sla.accounting import Spans


def keeps_availability(spans: Spans, target_percent: Decimal) -> bool:
    """Tell whether the share of measured time that was up reaches the target; where nothing was measured it does.

    The comparison multiplies instead of dividing, so that no rounding decides it.
    """
    return spans.up_ms * 100 >= target_percent * spans.measured_ms


def misses_availability(spans: Spans, target_percent: Decimal) -> bool:
    """Tell whether a bucket with measured time was up for less than its target."""
    return not keeps_availability(spans, target_percent)


def misses_latency(
    spans: Spans, probes: LatencyHistogram, requests: LatencyHistogram, target_ms: float
) -> bool:
    """Tell whether the p95 of a bucket with measured time is above the target: of its requests, else of its probes."""
    if not spans.measured_ms:
        return False
    p95 = (requests if requests.count else probes).quantile(0.95)
    return p95 is not None and p95 > target_ms
