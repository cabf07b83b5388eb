"""Reads the requests of a report out of the roll-up, by service and slice."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from health.latency.histogram import LatencyHistogram
from health.models import PerformanceRollup
from health.reports.performance_contents import Requests, ServiceRequests
from health.reports.periods import Span, slices
from health.selectors_performance import RequestTotals, request_totals

# One bin for all: the slices of a report need not lie on multiples of their width.
_ALL_TIME = timedelta(days=200 * 365)


def requests_of(
    service_names: Sequence[str] | None, span: Span, progress: Callable[[float], None]
) -> list[ServiceRequests]:
    """Return what the services (None: all) answered, those that answered nothing left out."""
    names = _requested(span) if service_names is None else service_names
    found: dict[str, list[tuple[Span, Requests]]] = {name: [] for name in names}
    parts = list(slices(span))
    for number, part in enumerate(parts, start=1):
        totals = request_totals(found, part.start, part.end, _ALL_TIME)
        by_name = {name: each for (name, _), each in totals.items()}
        for name, told in found.items():
            told.append((part, _counted(by_name.get(name))))
        progress(number / len(parts))
    return [
        ServiceRequests(name, told)
        for name, told in found.items()
        if any(requests.requests for _, requests in told)
    ]


def _requested(span: Span) -> list[str]:
    rows = PerformanceRollup.objects.filter(starts_at__gte=span.start, starts_at__lt=span.end)
    names = rows.order_by("service_name").values_list("service_name", flat=True)
    return list(names.distinct())


def _counted(totals: RequestTotals | None) -> Requests:
    if totals is None:
        return Requests(0, 0, LatencyHistogram())
    return Requests(totals.requests, totals.failed, totals.latency)
