"""The figures of one service in one period: sums first, shares and percentiles last."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from health.latency.histogram import LatencyHistogram
from health.sla.accounting import Spans
from health.sla.violations import keeps_availability

_PLACES = 6
_THREE_PLACES = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Totals:
    """What simply adds up over buckets and days; a bucket that misses both targets is one violation."""

    spans: Spans = field(default_factory=Spans)
    probes: int = 0
    failed_probes: int = 0
    requests: int = 0
    failed_requests: int = 0
    violations: int = 0
    availability_violations: int = 0
    latency_violations: int = 0
    probe_latency: LatencyHistogram = field(default_factory=LatencyHistogram)
    request_latency: LatencyHistogram = field(default_factory=LatencyHistogram)

    def lasting(self, milliseconds: int) -> "Totals":
        """Return these totals for a period of that length: time that no bucket tells of is unknown."""
        told = self.spans.measured_ms + self.spans.maintenance_ms
        return replace(self, spans=replace(self.spans, unknown_ms=milliseconds - told))


def added(parts: Iterable[Totals]) -> Totals:
    """Add up what buckets or days hold."""
    every = list(parts)
    nothing = LatencyHistogram()
    return Totals(
        spans=sum((each.spans for each in every), Spans()),
        probes=sum(each.probes for each in every),
        failed_probes=sum(each.failed_probes for each in every),
        requests=sum(each.requests for each in every),
        failed_requests=sum(each.failed_requests for each in every),
        violations=sum(each.violations for each in every),
        availability_violations=sum(each.availability_violations for each in every),
        latency_violations=sum(each.latency_violations for each in every),
        probe_latency=nothing.merged(each.probe_latency for each in every),
        request_latency=nothing.merged(each.request_latency for each in every),
    )


@dataclass(frozen=True, slots=True)
class Promise:
    """What a service should keep: percent of measured time, and ms for the p95 of five minutes."""

    service: str
    """Short name."""
    service_name: str
    """The name that the service gives itself."""
    target_percent: Decimal
    latency_target_ms: int


@dataclass(frozen=True, slots=True)
class SlaFigures:
    """Everything that is said of one service in the period from `start` until before `end` (whole buckets)."""

    promise: Promise
    start: datetime
    end: datetime
    totals: Totals

    @property
    def spans(self) -> Spans:
        """Return how the period was spent, in ms."""
        return self.totals.spans

    @property
    def uptime_percent(self) -> Decimal | None:
        """Return 100 * up / (up + down), None where nothing was measured."""
        return uptime_percent(self.spans)

    @property
    def coverage(self) -> Decimal | None:
        """Return the share (0 to 1) of the time that was not planned of which something is known; None if all was."""
        unplanned = self.spans.measured_ms + self.spans.unknown_ms
        return _share(self.spans.measured_ms, unplanned) if unplanned else None

    @property
    def latency(self) -> LatencyHistogram:
        """Return what the percentiles are of."""
        return self.totals.request_latency if self._has_requests else self.totals.probe_latency

    @property
    def latency_source(self) -> str:
        """Return what the percentiles are of: `requests` if there were any, else `probes`, empty if neither."""
        if self._has_requests:
            return "requests"
        return "probes" if self.totals.probe_latency.count else ""

    @property
    def p95_ms(self) -> Decimal | None:
        """Return the 95th percentile of all requests of the period together."""
        return self._percentile(0.95)

    @property
    def p99_ms(self) -> Decimal | None:
        """Return the 99th percentile of all requests of the period together."""
        return self._percentile(0.99)

    @property
    def is_met(self) -> bool | None:
        """Tell whether the uptime reaches the target, before any rounding; None where nothing was measured."""
        if not self.spans.measured_ms:
            return None
        return keeps_availability(self.spans, self.promise.target_percent)

    @property
    def _has_requests(self) -> bool:
        return self.totals.request_latency.count > 0

    def _percentile(self, q: float) -> Decimal | None:
        value = self.latency.quantile(q)
        return None if value is None else Decimal(value).quantize(_THREE_PLACES)


def uptime_percent(spans: Spans) -> Decimal | None:
    """Return 100 * up / (up + down) with six places, None where nothing was measured.

    What is beyond the sixth place is left off, never rounded up: 100 is said only of a period without one
    millisecond of downtime.
    """
    if not spans.measured_ms:
        return None
    return _share(spans.up_ms * 100, spans.measured_ms)


def _share(part: int, whole: int) -> Decimal:
    """Return the quotient cut after six places: a division of integers, so that nothing is rounded on the way."""
    return Decimal(part * 10**_PLACES // whole).scaleb(-_PLACES)
