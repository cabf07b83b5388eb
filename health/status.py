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
    consecutive_successes: int = 0
    behind: str = ""
    """What is down before it, so that its own failures say nothing."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many probes in a row it takes to believe that a service is down, and that it is back."""

    failures_before_flip: int
    successes_before_recovery: int = 1


def judge(result: ProbeResult, *, slow_above_ms: float) -> Finding:
    """Return what one probe result means.

    Unhealthy: no answer in time, one that is not what was expected, or a body that says so. Degraded: the body says
    so, the probe has a warning, or the answer took longer than `slow_above_ms`. Source: endpoint /health/:service
    and RESPONSE_TIME_THRESHOLD_MS, service specification.
    """
    if result.error:
        return Finding(Level.UNHEALTHY, result.error)
    said = str(result.body.get("status", "")).lower()
    if said in _SAYS_UNHEALTHY:
        return Finding(Level.UNHEALTHY, f"reports itself {said}")
    if said in _SAYS_DEGRADED:
        return Finding(Level.DEGRADED, f"reports itself {said}")
    if result.warning:
        return Finding(Level.DEGRADED, result.warning)
    if result.elapsed_ms > slow_above_ms:
        return Finding(
            Level.DEGRADED, f"answered in {result.elapsed_ms:.0f} ms, over {slow_above_ms:g} ms"
        )
    return Finding(Level.HEALTHY)


def settle(
    previous: Standing | None, found: Finding, *, patience: Patience, behind: str = ""
) -> Standing:
    """Return the standing after one more probe: a single failure does not flip a service that was up.

    The first failures of a service that was not unhealthy show as degraded, with the reason; one that was unhealthy
    stays so until enough good probes came in a row. A service without history is judged as if it had been healthy.
    A failure `behind` something that is down is unknown: degraded, and counted neither way.
    """
    if found.level != Level.UNHEALTHY:
        return _after_success(previous, found, patience)
    failures = previous.consecutive_failures if previous else 0
    if behind:
        words = f"unknown behind {behind}: {found.error}"
        return Standing(Level.DEGRADED, words, failures, behind=behind)
    failures += 1
    was_down = previous is not None and previous.level == Level.UNHEALTHY
    is_down = was_down or failures >= patience.failures_before_flip
    return Standing(Level.UNHEALTHY if is_down else Level.DEGRADED, found.error, failures)


def _after_success(previous: Standing | None, found: Finding, patience: Patience) -> Standing:
    successes = (previous.consecutive_successes if previous else 0) + 1
    was_down = previous is not None and previous.level == Level.UNHEALTHY
    needed = patience.successes_before_recovery
    if was_down and successes < needed:
        words = f"recovering: {successes} of {needed} good probes in a row"
        return Standing(Level.UNHEALTHY, words, consecutive_successes=successes)
    return Standing(found.level, found.error, consecutive_successes=successes)


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
