"""Reads what a report says out of buckets and roll-ups. The same rows give the same data, whenever it is made."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from health.models import ServiceFlip, SlaBucket, WatchedService
from health.models.report import Report, ReportKind
from health.reports.performance_contents import performance_contents
from health.reports.periods import BUCKET, Span, slices
from health.reports.sla_contents import ServiceFacts, header, sla_contents
from health.reports.stretches import Flip, Stretch, stretches
from health.selectors_performance import endpoint_totals
from health.services.report_budgets import budgets_of
from health.services.report_requests import requests_of
from health.sla.figures import SlaFigures
from health.sla_selectors import finished_until, sla_of_services

Progress = Callable[[float], None]


def data_of(report: Report, *, at: datetime, progress: Progress) -> dict[str, Any]:
    """Return everything that the files of a report will say; `progress` hears the share that is done, 0 to 1."""
    span = Span(report.start, report.end)
    begins = header(
        report.kind,
        report.period,
        span,
        made_at=at,
        settled=span.end + settings.REPORT_SETTLE <= finished_until(at),
    )
    services = _services(report)
    if report.kind == ReportKind.SLA:
        return sla_contents(begins, _sla(services, span, progress))
    names = [service.service_name for service in services] if report.services else None
    requests = requests_of(names, span, progress)
    endpoints = endpoint_totals(span.start, span.end, service_names=names)
    threshold = settings.APDEX_THRESHOLD_MS
    return performance_contents(begins, requests, endpoints, apdex_threshold_ms=threshold)


def _services(report: Report) -> list[WatchedService]:
    """Return the services asked for, or all; those that nobody watches any more are in it if they were."""
    watched = WatchedService.objects.order_by("name")
    return list(watched.filter(name__in=report.services) if report.services else watched)


def _sla(services: Sequence[WatchedService], span: Span, progress: Progress) -> list[ServiceFacts]:
    whole = sla_of_services(services, span.start, span.end)
    known = [
        (service, figures)
        for service, figures in zip(services, whole, strict=True)
        if service.enabled or _has_something(figures)
    ]
    shown = [service for service, _ in known]
    by_slice = _by_slice(shown, span, progress)
    names = [service.name for service in shown]
    down, planned = _stretches(names, span, "down_ms"), _stretches(names, span, "maintenance_ms")
    flips, budgets = _flips(names, span), budgets_of([figures for _, figures in known])
    return [
        ServiceFacts(
            whole=figures,
            slices=by_slice[service.name],
            outages=down[service.name],
            maintenance=planned[service.name],
            flips=flips[service.name],
            budgets=budgets[service.name],
        )
        for service, figures in known
    ]


def _has_something(figures: SlaFigures) -> bool:
    return figures.spans.measured_ms > 0 or figures.spans.maintenance_ms > 0


def _by_slice(
    services: Sequence[WatchedService], span: Span, progress: Progress
) -> dict[str, list[SlaFigures]]:
    found: dict[str, list[SlaFigures]] = {service.name: [] for service in services}
    parts = list(slices(span))
    for number, part in enumerate(parts, start=1):
        for figures in sla_of_services(services, part.start, part.end):
            found[figures.promise.service].append(figures)
        progress(number / len(parts))
    return found


def _stretches(names: Sequence[str], span: Span, column: str) -> dict[str, list[Stretch]]:
    """Return by service how long the column lasted where it was more than nothing."""
    rows = SlaBucket.objects.filter(
        Q(**{f"{column}__gt": 0}),
        service_name__in=names,
        starts_at__gte=span.start,
        starts_at__lt=span.end,
    )
    buckets: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for name, start, lasted in rows.values_list("service_name", "starts_at", column):
        buckets[name].append((start, lasted))
    return {name: stretches(buckets[name]) for name in names}


def _flips(names: Sequence[str], span: Span) -> dict[str, list[Flip]]:
    """Return by service how its status changed, up to a bucket beyond the end: a downtime is declared late."""
    rows = ServiceFlip.objects.filter(
        service_name__in=names, at__gte=span.start, at__lt=span.end + BUCKET
    ).order_by("at")
    found: dict[str, list[Flip]] = {name: [] for name in names}
    for row in rows:
        found[row.service_name].append(Flip(row.at, row.status, row.error_message))
    return found
