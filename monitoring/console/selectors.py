"""Reads behind the service's own panel."""

import logging
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np
from django.conf import settings
from django.db.models import Max

from monitoring.console.curves import (
    Minutes,
    Window,
    added_each_minute,
    mean_each_minute,
    quantile_each_minute,
)
from monitoring.console.sparkline import Sparkline, sparkline
from monitoring.errors import InvalidInputError
from monitoring.models import Latest, Segment
from monitoring.query.latest import latest_values
from monitoring.query.range import SeriesSamples, read_range
from monitoring.slots import slot_of
from monitoring.storage.instants import EPOCH, from_ms, to_ms

logger = logging.getLogger(__name__)

Reduce = Callable[[Sequence[SeriesSamples], Window], Minutes]

MINUTES = 30
_MINUTE = timedelta(minutes=1)
_ARRIVAL = timedelta(seconds=15)  # instruments hand their figures in every ten seconds
_DURATIONS = "http_request_duration_ms_bucket"


@dataclass(frozen=True, slots=True)
class Curve:
    """One small chart: its line with the newest and the highest value, or why there is none."""

    title: str
    line: Sparkline | None
    now: str = ""
    most: str = ""
    excuse: str = f"No values in the last {MINUTES} minutes."


@dataclass(frozen=True, slots=True)
class StoreState:
    """Whether one store answered when it was last checked."""

    name: str
    state: str
    level: str


def newest_sample() -> datetime | None:
    """Return the instant of the newest sample, sealed or not; None before the first one."""
    known = (
        Latest.objects.filter(at__gt=EPOCH).aggregate(newest=Max("at"))["newest"],
        Segment.objects.aggregate(newest=Max("t_max"))["newest"],
    )
    return max((at for at in known if at is not None), default=None)


def own_curves(at: datetime) -> list[Curve]:
    """Return the service's requests, durations, CPU and memory of the last half hour.

    They end with the last whole minute, so that all who look within a minute share one reading.
    """
    return _curves_until(slot_of(at - _ARRIVAL, _MINUTE), settings.SERVICE_NAME)


@lru_cache(maxsize=1)
def _curves_until(end: datetime, own: str) -> list[Curve]:
    window = Window(to_ms(end), MINUTES)
    return [
        _curve("Requests a minute", "", "http_requests_total", own, window, added_each_minute),
        _curve("Duration, 95th percentile", "ms", _DURATIONS, own, window, _p95),
        _curve(
            "CPU of the machine", "%", "system_cpu_usage_percent", own, window, mean_each_minute
        ),
        _curve(
            "Memory of the machine",
            "%",
            "system_memory_usage_percent",
            own,
            window,
            mean_each_minute,
        ),
    ]


def store_states(at: datetime) -> list[StoreState]:
    """Return what the database collector last found, store by store."""
    return [
        _store_state(value.series.labels.get("database", ""), value.value, value.at, at)
        for value in latest_values(metrics=["database_connection_status"])
    ]


def _p95(found: Sequence[SeriesSamples], window: Window) -> Minutes:
    return quantile_each_minute(found, 0.95, window)


def _curve(
    title: str, unit: str, metric: str, service: str, window: Window, reduce: Reduce
) -> Curve:
    # One minute more, so that a total's growth in the first minute has a start.
    start = from_ms(window.start_ms) - _MINUTE
    try:
        found = read_range(metric=metric, service=service, start=start, end=from_ms(window.end_ms))
    except InvalidInputError:
        logger.warning("curve left out", extra={"metric": metric})
        return Curve(title, None, excuse="Too many samples to draw here; Grafana can.")
    if not found:
        return Curve(title, None)
    minutes = reduce(found, window)
    known = ~np.isnan(minutes)
    values = minutes[known].tolist()
    line = sparkline(
        window.middles_ms()[known].tolist(), values, start_ms=window.start_ms, end_ms=window.end_ms
    )
    if line is None:
        return Curve(title, None)
    return Curve(title, line, now=_figure(values[-1], unit), most=_figure(max(values), unit))


def _figure(value: float, unit: str) -> str:
    digits = 0 if value >= 100 or math.isclose(value, round(value)) else 1
    return f"{value:,.{digits}f} {unit}".strip()


def _store_state(name: str, value: float, checked_at: datetime, at: datetime) -> StoreState:
    if at - checked_at > settings.METRIC_STALENESS:
        return StoreState(name, "unknown", "warning")
    return StoreState(name, "answers", "ok") if value else StoreState(name, "down", "critical")
