"""The health of the whole, put together from what is known of each source; no clock, no I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from health.memory.known import Known
from health.process import MemoryUse
from health.selectors import ServiceReport
from health.status import Level, Link, overall
from monitoring.backends.stores import REQUIRED, STORES

# Stores fail after a second by themselves; one that has not by then hangs.
DEADLINE_SECONDS = 2.0
# A question that is answered by one word; it takes about a millisecond.
SLOW_STORE_MS = 500.0


@dataclass(frozen=True, slots=True)
class StoreStanding:
    """How one store is reached; `error` says why it is not healthy, without addresses or credentials.

    `level` is None where the store is not configured: it is disabled, and counts for nothing.
    """

    link: Link
    level: Level | None = None
    error: str = ""
    response_time_ms: float | None = None
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """What is known of everything that is asked; a store that is not configured is missing."""

    stores: Mapping[str, Known[None]]
    services: Known[Sequence[ServiceReport]]
    process: Known[MemoryUse]


@dataclass(frozen=True, slots=True)
class Rules:
    """How it adds up. After `services_late_after` the reports of services say nothing about now."""

    services_late_after: timedelta
    is_strict: bool


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that the health routes answer from.

    `services` is None where they could not be read since this process started. `checked_at` is the instant of the
    oldest answer in it that counts: nothing here is older.
    """

    level: Level
    stores: Mapping[str, StoreStanding]
    services: Sequence[ServiceReport] | None
    process: MemoryUse | None
    checked_at: datetime | None


def whole_of(sources: Sources, rules: Rules, *, at: datetime, now: float) -> Whole:
    """Return the whole at the instant `at`; `now` is the same instant on the clock of open questions.

    A service that is down as planned counts for nothing, unless the literal rule is asked for. A store that answers
    slowly is degraded; one that is silent for DEADLINE_SECONDS is away, whatever it said before.
    Source: endpoints /health, /health/dependencies and /status, service specification.
    """
    stores = {name: standing_of(name, sources.stores.get(name), now=now) for name in STORES}
    services = _services_now(sources.services, late_after=rules.services_late_after, at=at)
    counted = [one for one in services or () if rules.is_strict or not one.in_maintenance]
    levels = [report.level for report in counted]
    levels += [store.level for store in stores.values() if store.level == Level.DEGRADED]
    level = overall(
        levels,
        [stores[REQUIRED].link],
        [store.link for name, store in stores.items() if name != REQUIRED],
        strict=rules.is_strict,
    )
    told = [store.checked_at for store in stores.values()] + [sources.services.told_at]
    oldest = min((instant for instant in told if instant is not None), default=None)
    return Whole(level, stores, services, sources.process.value, oldest)


def standing_of(name: str, known: Known[None] | None, *, now: float) -> StoreStanding:
    """Return how a store is reached, from what is known of it; None for one that is not configured."""
    if known is None:
        return StoreStanding(Link.DISABLED)
    silent = known.silent_seconds(now)
    if silent > DEADLINE_SECONDS:
        return _away(f"{name}: no answer for {silent:.0f} s", None)
    if known.error:
        return _away(known.error, known.tried_at)
    if known.told_at is None:
        return _away(f"{name} was not asked yet", None)
    elapsed_ms, checked_at = known.elapsed_ms, known.told_at
    if elapsed_ms > SLOW_STORE_MS:
        error = f"High latency: answered in {elapsed_ms:.0f} ms, over {SLOW_STORE_MS:g} ms"
        return StoreStanding(Link.CONNECTED, Level.DEGRADED, error, elapsed_ms, checked_at)
    return StoreStanding(Link.CONNECTED, Level.HEALTHY, "", elapsed_ms, checked_at)


def _away(error: str, checked_at: datetime | None) -> StoreStanding:
    return StoreStanding(Link.DISCONNECTED, Level.UNHEALTHY, error, None, checked_at)


def _services_now(
    known: Known[Sequence[ServiceReport]], *, late_after: timedelta, at: datetime
) -> Sequence[ServiceReport] | None:
    if known.value is None or known.told_at is None:
        return None
    age = at - known.told_at
    if age <= late_after:
        return known.value
    error = f"nothing is known for {age.total_seconds():.0f} s: its results cannot be read"
    return [replace(report, level=Level.DEGRADED, error=error) for report in known.value]
