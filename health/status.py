"""From probe results to a status: the rules, without a clock or a network."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from health.probes.result import ProbeResult

_SAYS_DEGRADED = frozenset({"degraded", "warn", "warning"})
_SAYS_UNHEALTHY = frozenset({"unhealthy", "fail", "failed", "down", "error"})


class Level(StrEnum):
    """The three levels. Source: column `status` of service_health, service specification."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


class Link(StrEnum):
    """How a store is reached; an unconfigured one is disabled, not unhealthy."""

    CONNECTED = "connected"
    DISCONNECTED = "disconnected"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one probe says by itself: a level and, unless healthy, the reason."""

    level: Level
    error: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a service stands after its history is taken into account."""

    level: Level
    error: str = ""
    consecutive_failures: int = 0


def judge(result: ProbeResult, *, slow_above_ms: float) -> Finding:
    """Return what one probe result means.

    Unhealthy: no answer in time, an answer that is no JSON object, HTTP 300 and above, or a body that says so.
    Degraded: the body says so, or the answer took longer than `slow_above_ms`. Source: endpoint
    /health/:service and RESPONSE_TIME_THRESHOLD_MS, service specification.
    """
    said = str(result.body.get("status", "")).lower()
    if result.http_status is not None and result.http_status >= 300:
        return Finding(Level.UNHEALTHY, f"answered HTTP {result.http_status}")
    if result.error:
        return Finding(Level.UNHEALTHY, result.error)
    if said in _SAYS_UNHEALTHY:
        return Finding(Level.UNHEALTHY, f"reports itself {said}")
    if said in _SAYS_DEGRADED:
        return Finding(Level.DEGRADED, f"reports itself {said}")
    if result.elapsed_ms > slow_above_ms:
        return Finding(
            Level.DEGRADED, f"answered in {result.elapsed_ms:.0f} ms, over {slow_above_ms:g} ms"
        )
    return Finding(Level.HEALTHY)


def settle(previous: Standing | None, found: Finding, *, failures_before_flip: int) -> Standing:
    """Return the standing after one more probe: a single failure does not flip a service that was up.

    The first failures of a service that was not unhealthy show as degraded, with the reason; recovery is
    believed at once. A service without history is judged the same way, as if it had been healthy.
    """
    if found.level != Level.UNHEALTHY:
        return Standing(found.level, found.error)
    failures = (previous.consecutive_failures if previous else 0) + 1
    if failures < failures_before_flip:
        return Standing(Level.DEGRADED, found.error, failures)
    return Standing(Level.UNHEALTHY, found.error, failures)


def overall(
    services: Iterable[Level], required: Iterable[Link], optional: Iterable[Link], *, strict: bool
) -> Level:
    """Return the health of the whole.

    A required store that is away makes it unhealthy; an optional store or a watched service that is not
    healthy makes it degraded. `strict` is the literal rule of the specification: any one unhealthy makes
    the whole unhealthy.
    """
    services, optional = tuple(services), tuple(optional)
    if Link.DISCONNECTED in tuple(required):
        return Level.UNHEALTHY
    broken = Level.UNHEALTHY in services or Link.DISCONNECTED in optional
    if broken and strict:
        return Level.UNHEALTHY
    if broken or Level.DEGRADED in services:
        return Level.DEGRADED
    return Level.HEALTHY
