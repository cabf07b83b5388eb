"""Reads what the objectives of services allowed in the period of a report, and what was spent."""

from collections.abc import Sequence
from typing import Any

from health.models import Slo
from health.models.slo import SloKind, SloSource
from health.reports.budgets import Budget
from health.sla.figures import SlaFigures


def budgets_of(figures: Sequence[SlaFigures]) -> dict[str, list[Budget]]:
    """Return by short name the budgets of each service, counted over the period of its figures."""
    by_name = {each.promise.service: each for each in figures}
    found: dict[str, list[Budget]] = {name: [] for name in by_name}
    for slo in Slo.objects.filter(service__in=by_name, enabled=True).order_by("name"):
        told = by_name[slo.service_id]
        found[slo.service_id].append(_BY_KIND[SloKind(slo.kind)](slo, told))
    return found


def _availability(slo: Slo, figures: SlaFigures) -> Budget:
    """Return what was up of the time, or what was answered without 5xx of the requests."""
    totals = figures.totals
    if slo.source == SloSource.PROBES:
        return _budget(slo, "ms", figures.spans.up_ms, figures.spans.measured_ms)
    return _budget(slo, "requests", totals.requests - totals.failed_requests, totals.requests)


def _latency(slo: Slo, figures: SlaFigures) -> Budget:
    """Return what was answered within the threshold, of the probes or of the requests."""
    from_probes = slo.source == SloSource.PROBES
    totals = figures.totals
    latency = totals.probe_latency if from_probes else totals.request_latency
    within = round(latency.count_within(slo.threshold_ms or 0))
    return _budget(slo, "probes" if from_probes else "requests", within, latency.count)


def _budget(slo: Slo, unit: str, good: int, total: int) -> Budget:
    return Budget(
        slo.name, slo.kind, unit, slo.target_percent, good, total, threshold_ms=slo.threshold_ms
    )


_BY_KIND: dict[SloKind, Any] = {SloKind.AVAILABILITY: _availability, SloKind.LATENCY: _latency}
