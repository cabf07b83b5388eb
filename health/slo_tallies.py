"""Reads of what objectives are measured by: exact for the last two hours, by 5-minute buckets before."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from health.models import Slo, WatchedService
from health.sla.buckets import bucket_of
from health.sla.figures import Totals
from health.sla_selectors import totals_of
from health.slo.budget import Tally
from health.slo.burn import WINDOWS
from health.slo.measuring import latency_tally, time_tally
from health.slo_recent import recent

# What is older is in buckets that late probes change no more.
RECENT = timedelta(hours=2)
_LONG = {name: length for name, length in WINDOWS.items() if length > RECENT}

_Starts = Mapping[tuple[str, datetime], Totals]


@dataclass(frozen=True, slots=True)
class Measured:
    """One objective: what each burn window holds, and the window that it promises for."""

    windows: Mapping[str, Tally]
    whole: Tally


def measured(slos: Sequence[Slo], *, at: datetime) -> dict[UUID, Measured]:
    """Return by primary key what was measured of each objective until before `at`.

    Windows of at most two hours begin to the millisecond (to the minute for requests); longer ones begin with
    the bucket in which they would. The services of the objectives should be loaded.
    """
    edge = bucket_of(at - RECENT)
    newest = recent(slos, edge, at)
    sums = _sums(slos, edge, at)
    found = {}
    for slo in slos:
        since, fresh = newest[slo.pk], newest[slo.pk](edge)

        def long(length: timedelta, slo: Slo = slo, fresh: Tally = fresh) -> Tally:
            return fresh + _tally(slo, sums[slo.service_id, bucket_of(at - length)])

        windows = {
            name: long(length) if name in _LONG else since(at - length)
            for name, length in WINDOWS.items()
        }
        found[slo.pk] = Measured(windows, long(window_of(slo)))
    return found


def window_of(slo: Slo) -> timedelta:
    """Return the time over which an objective promises."""
    return timedelta(days=slo.window_days)


def _sums(slos: Collection[Slo], edge: datetime, at: datetime) -> _Starts:
    """Return by service and start of each window that is wanted what the buckets until `edge` hold."""
    wanted: defaultdict[tuple[datetime, bool], dict[str, WatchedService]] = defaultdict(dict)
    of_latency = {slo.service_id for slo in slos if slo.kind == Slo.Kind.LATENCY}
    for slo in slos:
        for length in {*_LONG.values(), window_of(slo)}:
            key = (bucket_of(at - length), slo.service_id in of_latency)
            wanted[key][slo.service_id] = slo.service
    return {
        (name, start): totals
        for (start, latency), services in wanted.items()
        for name, totals in totals_of(list(services.values()), start, edge, latency=latency).items()
    }


def _tally(slo: Slo, totals: Totals) -> Tally:
    by_requests = slo.source == Slo.Source.REQUESTS
    if slo.kind == Slo.Kind.LATENCY:
        latency = totals.request_latency if by_requests else totals.probe_latency
        return latency_tally(latency, slo.threshold_ms or 0)
    if by_requests:
        return Tally(totals.requests - totals.failed_requests, totals.failed_requests)
    return time_tally(totals.spans)
