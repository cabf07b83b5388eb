"""What the buckets of a time should say: probes, planned windows and requests put together; nothing is stored here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from health.latency.histogram import LatencyHistogram
from health.maintenance import Span, maintenance_spans
from health.marks import ProbeMark, probe_marks
from health.models import SlaBucket, WatchedService
from health.selectors_performance import RequestTotals, request_totals
from health.sla.accounting import Spans, pieces
from health.sla.buckets import BUCKET, bucket_of, by_bucket
from health.sla.violations import misses_availability, misses_latency
from health.sla_selectors import promise_of

_NO_REQUESTS = RequestTotals(0, 0, LatencyHistogram())


@dataclass(frozen=True, slots=True)
class _Probes:
    count: int = 0
    failed: int = 0
    latency: LatencyHistogram = field(default_factory=LatencyHistogram)


@dataclass(frozen=True, slots=True)
class _Bucket:
    """All that one bucket is made of."""

    starts_at: datetime
    spans: Spans
    probes: _Probes
    requests: RequestTotals


def computed_rows(
    services: Sequence[WatchedService], start: datetime, end: datetime, *, until: datetime
) -> list[SlaBucket]:
    """Return unsaved rows of the buckets from `start` to before `end`.

    Probes until before `until` are looked at: those after `end` tell how a run of failures went on. A service
    that is switched off and has no probes in the time has no rows.
    """
    marks = probe_marks([service.name for service in services], start, until)
    full_names = [service.service_name for service in services]
    planned = maintenance_spans(full_names, start, end, at=until)
    requests = request_totals(full_names, start, end, BUCKET)
    rows: list[SlaBucket] = []
    for service in services:
        if not service.enabled and not marks[service.name]:
            continue
        windows, found = planned[service.service_name], marks[service.name]
        probes = _probes_by_bucket(found, windows)
        spans = by_bucket(pieces((each.mark for each in found), windows, start, end))
        rows.extend(
            _row(
                service,
                _Bucket(
                    at,
                    each,
                    probes.get(at, _Probes()),
                    requests.get((service.service_name, at), _NO_REQUESTS),
                ),
            )
            for at, each in spans.items()
        )
    return rows


def _row(service: WatchedService, bucket: _Bucket) -> SlaBucket:
    promise, spans = promise_of(service), bucket.spans
    # Nothing that happened in planned time counts. Of a bucket that was planned in part, requests cannot be told apart.
    all_planned = spans.maintenance_ms == spans.total_ms
    requests = _NO_REQUESTS if all_planned else bucket.requests
    return SlaBucket(
        service_name=service.name,
        starts_at=bucket.starts_at,
        up_ms=spans.up_ms,
        down_ms=spans.down_ms,
        unknown_ms=spans.unknown_ms,
        maintenance_ms=spans.maintenance_ms,
        degraded_ms=spans.degraded_ms,
        probes=bucket.probes.count,
        failed_probes=bucket.probes.failed,
        probe_latency=bucket.probes.latency.to_json(),
        requests=requests.requests,
        failed_requests=requests.failed,
        request_latency=requests.latency.to_json(),
        misses_availability=misses_availability(spans, promise.target_percent),
        misses_latency=misses_latency(
            spans, bucket.probes.latency, requests.latency, promise.latency_target_ms
        ),
    )


def _probes_by_bucket(
    found: Iterable[ProbeMark], planned: Sequence[Span]
) -> Mapping[datetime, _Probes]:
    grouped = groupby(found, key=lambda probe: bucket_of(probe.mark.at))
    return {at: _probes(list(probes), planned) for at, probes in grouped}


def _probes(probes: Sequence[ProbeMark], planned: Sequence[Span]) -> _Probes:
    counted = [
        probe for probe in probes if not any(begin <= probe.mark.at < end for begin, end in planned)
    ]
    answers = (probe.answered_ms for probe in counted)
    return _Probes(
        count=len(counted),
        failed=sum(probe.mark.failed for probe in counted),
        latency=LatencyHistogram.of(answer for answer in answers if answer is not None),
    )
