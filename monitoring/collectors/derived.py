"""Figures that rules watch and nobody pushes: error rates and errors by severity.

Source: default rules and dashboard panels, service specification.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from monitoring.collectors.samples import total
from monitoring.query.functions import increase
from monitoring.query.latest import latest_values
from monitoring.query.range import read_range
from monitoring.types import LatestValue, MetricType, Sample

WINDOW = timedelta(minutes=5)
REQUESTS = "http_requests_total"
ERRORS = "http_errors_total"
CRITICAL = "critical"
WARNING = "warning"


def collect(at: datetime) -> list[Sample]:
    """Return the derived samples of every service for the instant `at`."""
    requests, errors = _increases(REQUESTS, at), _increases(ERRORS, at)
    return [
        *_error_rates(requests, errors, at),
        *_errors_by_severity(latest_values(metrics=[ERRORS]), at),
    ]


def error_rate_percent(requests: float, errors: float) -> float | None:
    """Return the share of requests that ended in an error; None without requests: no rate then.

    Never above 100: errors and requests are flushed apart, so a window may hold one without the
    other.
    """
    if requests <= 0:
        return None
    return min(100.0, 100.0 * errors / requests)


def severity_of(error_type: str) -> str:
    """Return how bad an error is: what the client did wrong is a warning, anything else critical."""
    return WARNING if error_type.startswith("4") else CRITICAL


def _increases(metric: str, at: datetime) -> dict[str, float]:
    """Return, for each service, by how much its counters of one name grew in the window."""
    grown: dict[str, float] = defaultdict(float)
    for samples in read_range(metric=metric, start=at - WINDOW, end=at):
        grown[samples.series.service] += increase(samples.at_ms, samples.values)
    return grown


def _error_rates(
    requests: dict[str, float], errors: dict[str, float], at: datetime
) -> Iterable[Sample]:
    for service, number in requests.items():
        percent = error_rate_percent(number, errors.get(service, 0.0))
        if percent is not None:
            yield Sample("http_error_rate", service, percent, at, MetricType.GAUGE)


def _errors_by_severity(latest: Iterable[LatestValue], at: datetime) -> Iterable[Sample]:
    """Yield the totals of `errors_total`: the running totals of the errors, added up."""
    totals: dict[tuple[str, str], float] = defaultdict(float)
    for value in latest:
        severity = severity_of(value.series.labels.get("error_type", ""))
        totals[value.series.service, severity] += value.value
    for (service, severity), errors in totals.items():
        yield total("errors_total", errors, at, {"severity": severity}, service=service)
