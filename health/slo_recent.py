"""Reads of the last two hours of objectives: from single probes, and from the minutes of requests."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from health.maintenance import Span, maintenance_spans
from health.marks import ProbeMark, probe_marks
from health.models import Slo
from health.selectors_performance import RequestTotals, request_totals
from health.sla.accounting import pieces
from health.slo.budget import Tally
from health.slo.measuring import latency_tally, spans_since, time_tally
from monitoring.slots import slot_of

_MINUTE = timedelta(minutes=1)

Since = Callable[[datetime], Tally]
"""Returns what was measured from an instant on."""


@dataclass(frozen=True, slots=True)
class _Probes:
    """The probes of one service from `start` to before `end`, and its planned time."""

    found: Sequence[ProbeMark]
    planned: Sequence[Span]
    start: datetime
    end: datetime


def recent(slos: Iterable[Slo], start: datetime, end: datetime) -> dict[UUID, Since]:
    """Return by primary key of an objective how to add up what was measured until before `end`, back to `start`."""
    every = list(slos)
    by_probes = [slo for slo in every if slo.source == Slo.Source.PROBES]
    by_requests = [slo for slo in every if slo.source == Slo.Source.REQUESTS]
    probes = _probes(by_probes, start, end)
    requests = _requests(by_requests, start, end)
    found = {slo.pk: _of_probes(slo, probes[slo.service_id]) for slo in by_probes}
    found |= {
        slo.pk: _of_requests(slo, requests.get(slo.service.service_name, [])) for slo in by_requests
    }
    return found


def _probes(slos: Iterable[Slo], start: datetime, end: datetime) -> Mapping[str, _Probes]:
    full_names = {slo.service_id: slo.service.service_name for slo in slos}
    marks = probe_marks(list(full_names), start, end)
    planned = maintenance_spans(full_names.values(), start, end)
    return {
        short: _Probes(marks[short], planned[name], start, end)
        for short, name in full_names.items()
    }


def _requests(
    slos: Iterable[Slo], start: datetime, end: datetime
) -> Mapping[str, list[tuple[datetime, RequestTotals]]]:
    names = {slo.service.service_name for slo in slos}
    found: dict[str, list[tuple[datetime, RequestTotals]]] = {name: [] for name in names}
    if names:
        for (name, minute), totals in request_totals(names, start, end, _MINUTE).items():
            found[name].append((minute, totals))
    return found


def _of_probes(slo: Slo, probes: _Probes) -> Since:
    if slo.kind == Slo.Kind.LATENCY:
        return _answers_within(probes, slo.threshold_ms or 0)
    marks = (probe.mark for probe in probes.found)
    parts = list(pieces(marks, probes.planned, probes.start, probes.end))
    return lambda since: time_tally(spans_since(parts, since))


def _answers_within(probes: _Probes, threshold_ms: float) -> Since:
    answers = [
        (probe.mark.at, probe.answered_ms <= threshold_ms)
        for probe in probes.found
        if probe.answered_ms is not None
        and not any(begin <= probe.mark.at < finish for begin, finish in probes.planned)
    ]

    def since(start: datetime) -> Tally:
        counted = [is_within for at, is_within in answers if at >= start]
        return Tally(sum(counted), len(counted) - sum(counted))

    return since


def _of_requests(slo: Slo, minutes: Sequence[tuple[datetime, RequestTotals]]) -> Since:
    def tally(totals: RequestTotals) -> Tally:
        if slo.kind == Slo.Kind.LATENCY:
            return latency_tally(totals.latency, slo.threshold_ms or 0)
        return Tally(totals.requests - totals.failed, totals.failed)

    tallies = [(minute, tally(totals)) for minute, totals in minutes]

    def since(start: datetime) -> Tally:
        first = slot_of(start, _MINUTE)
        return sum((each for minute, each in tallies if minute >= first), Tally())

    return since
