"""Probes services: those that are due, or those that somebody asks for."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from health.models import ServiceHealth, WatchedService
from health.probes.result import ProbeResult
from health.probes.run import run_all
from health.probes.target import ProbeTarget
from health.services import claims
from health.services.heartbeats import look_at_heartbeats
from health.services.recording import Outcome, record_probes
from health.services.targets import slow_ms_of, target_of
from health.services.upstream import obstacles
from health.status import Level, judge


def probe_due(*, at: datetime) -> list[ServiceHealth]:
    """Probe all that are due at `at`, here and now, and return the new history rows.

    A service is probed once for each of its slots, also when several do this at once.
    """
    return probe_claimed(claims.claim_due(at=at), at=at)


def probe_claimed(slots: Mapping[str, datetime], *, at: datetime) -> list[ServiceHealth]:
    """Probe services that the caller has claimed, each for its slot, and return the new history rows.

    What cannot be finished is given back, so that the next tick takes it.
    """
    try:
        rows = _probe(slots, at=at)
    except Exception:
        claims.release(slots, at=at)
        raise
    claims.finish(slots)
    return rows


def probe_services(*, at: datetime, names: Collection[str] | None = None) -> list[ServiceHealth]:
    """Probe enabled services for the slot `at`, due or not, by default all; return the new history rows.

    A repeat for the same slot adds no rows.
    """
    wanted = WatchedService.objects.filter(enabled=True)
    if names is not None:
        wanted = wanted.filter(pk__in=names)
    return _probe(dict.fromkeys(wanted.values_list("pk", flat=True), at), at=at)


def _probe(slots: Mapping[str, datetime], *, at: datetime) -> list[ServiceHealth]:
    if not slots:
        return []
    services = list(WatchedService.objects.filter(pk__in=slots, enabled=True))
    asked = [service for service in services if service.kind != WatchedService.Kind.HEARTBEAT]
    calling = [service for service in services if service.kind == WatchedService.Kind.HEARTBEAT]
    rows = look_at_heartbeats(calling, slots, at=at)
    return rows + _ask(asked, slots, at=at)


def _ask(
    services: Sequence[WatchedService], slots: Mapping[str, datetime], *, at: datetime
) -> list[ServiceHealth]:
    if not services:
        return []
    results = _results(services)
    outcomes = [
        Outcome(
            service,
            slots[service.name],
            judge(results[service.name], slow_above_ms=slow_ms_of(service)),
            results[service.name],
        )
        for service in services
    ]
    failing = [each for each in outcomes if each.finding.level == Level.UNHEALTHY]
    sound = [each for each in outcomes if each.finding.level != Level.UNHEALTHY]
    in_the_way = obstacles(_names(failing), _names(sound), at=at)
    return record_probes(outcomes, in_the_way, at=at)


def _results(services: Iterable[WatchedService]) -> dict[str, ProbeResult]:
    """Return a result for each service; one that is not configured well enough to be asked fails without a probe."""
    targets: list[ProbeTarget] = []
    results = {}
    for service in services:
        try:
            targets.append(target_of(service))
        except ValueError as error:
            results[service.name] = ProbeResult(0.0, error=str(error))
    return results | asyncio.run(run_all(targets, concurrency=settings.PROBE_CONCURRENCY))


def _names(outcomes: Iterable[Outcome]) -> list[str]:
    return [outcome.service.service_name for outcome in outcomes]
