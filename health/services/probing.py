"""Writes of health: one round of probes, its history rows and its samples."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from health.models import ServiceHealth, WatchedService
from health.probes.http import probe_all
from health.probes.result import ProbeResult
from health.selectors import newest_rows
from health.status import Level, Standing, judge, settle
from monitoring.ingest.door import ingest
from monitoring.types import Origin, Sample

logger = logging.getLogger(__name__)

_DETAILS = ("version", "uptime")
_DETAIL_LENGTH = 64


def probe_services(*, at: datetime) -> list[ServiceHealth]:
    """Probe every enabled service for the slot `at`, record what was found and return the new rows.

    A repeat for the same slot adds no rows. The samples are `service_up` (1 unless unhealthy) and, where an
    answer came, `http_response_time_ms`.
    """
    watched = {service.name: service for service in WatchedService.objects.filter(enabled=True)}
    before = {row.service_name: _standing(row) for row in newest_rows(watched)}
    results = asyncio.run(
        probe_all(
            {name: service.address for name, service in watched.items()},
            within=settings.PROBE_TIMEOUT,
        )
    )
    rows = [_row(name, results[name], before.get(name), at=at) for name in watched]
    ServiceHealth.objects.bulk_create(rows, ignore_conflicts=True)
    ingest(_samples(rows, watched, results), origin=Origin.COLLECTOR, at=at)
    _log_flips(rows, before)
    return rows


def _standing(row: ServiceHealth) -> Standing:
    return Standing(Level(row.status), row.error_message or "", row.consecutive_failures)


def _row(
    name: str, result: ProbeResult, previous: Standing | None, *, at: datetime
) -> ServiceHealth:
    found = judge(result, slow_above_ms=settings.RESPONSE_TIME_THRESHOLD_MS)
    standing = settle(previous, found, failures_before_flip=settings.PROBE_FAILURES_BEFORE_FLIP)
    details = {key: _short(result.body[key]) for key in _DETAILS if key in result.body}
    return ServiceHealth(
        service_name=name,
        status=standing.level,
        response_time_ms=None if result.http_status is None else round(result.elapsed_ms),
        error_message=standing.error or None,
        checked_at=at,
        consecutive_failures=standing.consecutive_failures,
        metadata={"http_status": result.http_status, "details": details},
    )


def _short(value: object) -> str | int | float:
    """Keep a number, and of anything else a short text without NUL: the probed service is not trusted."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return str(value).replace("\x00", "")[:_DETAIL_LENGTH]


def _samples(
    rows: Iterable[ServiceHealth],
    watched: Mapping[str, WatchedService],
    results: Mapping[str, ProbeResult],
) -> list[Sample]:
    samples = []
    for row in rows:
        service = watched[row.service_name]
        labels = {"service": service.name, "port": str(_port_of(service.address))}
        up = 0.0 if row.status == ServiceHealth.Status.UNHEALTHY else 1.0
        samples.append(
            Sample("service_up", service.service_name, up, row.checked_at, labels=labels)
        )
        if row.response_time_ms is not None:
            elapsed = results[row.service_name].elapsed_ms
            samples.append(
                Sample(
                    "http_response_time_ms",
                    service.service_name,
                    elapsed,
                    row.checked_at,
                    labels={"service": service.name},
                )
            )
    return samples


def _port_of(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)


def _log_flips(rows: Iterable[ServiceHealth], before: Mapping[str, Standing]) -> None:
    for row in rows:
        previous = before.get(row.service_name)
        if previous is None or previous.level == row.status:
            continue
        logger.info(
            "service changed status",
            extra={
                "watched_service": row.service_name,
                "was": previous.level,
                "status": row.status,
                "error": row.error_message,
            },
        )
