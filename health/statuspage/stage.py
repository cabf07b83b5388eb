"""In which of six states the public sees a service, and the platform as a whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from health.status import Level


class PublicState(StrEnum):
    """What the public is told of a service now."""

    OPERATIONAL = "operational"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"
    DEGRADED = "degraded"
    PARTIAL_OUTAGE = "partial_outage"
    OUTAGE = "outage"


STATE_WORDS = {
    PublicState.OPERATIONAL: "Operational",
    PublicState.MAINTENANCE: "Under maintenance",
    PublicState.UNKNOWN: "Not known",
    PublicState.DEGRADED: "Degraded",
    PublicState.PARTIAL_OUTAGE: "Partial outage",
    PublicState.OUTAGE: "Outage",
}
# Mildest first. What nobody knows is worse than what works, and no worse than what is known to fail.
_ORDER = list(PublicState)
# What an incident of this impact says of the services that it names while it is open.
_TOLD = {
    "none": PublicState.OPERATIONAL,
    "minor": PublicState.DEGRADED,
    "major": PublicState.PARTIAL_OUTAGE,
    "critical": PublicState.OUTAGE,
}
RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the probes found of one service."""

    level: Level
    is_fresh: bool = True
    """False: the last probe is too old to say anything about now."""
    is_behind: bool = False
    """Something before it is down, so that nothing is known of it."""
    is_unconfirmed: bool = False
    """Its last probe failed, too few of them in a row to believe it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One update of an incident: what stage it gave, and when."""

    stage: str
    at: datetime


def state_of(
    seen: Seen | None, *, in_maintenance: bool = False, impacts: Iterable[str] = ()
) -> PublicState:
    """Return the state of a service: the worse of what probes found and what people say of it.

    `impacts` are those of the open incidents that name the service. Announced maintenance explains what probes find,
    but not what an incident says beside it. Without any probe the state is unknown.
    """
    told = worst(_TOLD[impact] for impact in impacts)
    if in_maintenance and told is PublicState.OPERATIONAL:
        return PublicState.MAINTENANCE
    return worst([told, _measured(seen)])


def worst(states: Iterable[PublicState]) -> PublicState:
    """Return the worst of some states; operational if there is none."""
    return max(states, key=_ORDER.index, default=PublicState.OPERATIONAL)


def overall(services: Sequence[PublicState], impacts: Iterable[str] = ()) -> PublicState:
    """Return the state of the platform, given its services and the impacts of all open incidents.

    It is an outage if every service is out or people call it critical; where some still work it is a partial one.
    A page without a service knows nothing.
    """
    told = [_TOLD[impact] for impact in impacts]
    if not services:
        return worst([*told, PublicState.UNKNOWN])
    by_services = worst(services)
    if by_services is PublicState.OUTAGE and set(services) != {PublicState.OUTAGE}:
        by_services = PublicState.PARTIAL_OUTAGE
    return worst([*told, by_services])


def resolved_at(course: Iterable[Said]) -> datetime | None:
    """Return since when an incident is resolved: the first of the resolving updates that close its course.

    None while the newest update says anything else. The updates may come in any order.
    """
    since = None
    for said in sorted(course, key=lambda said: said.at):
        if said.stage != RESOLVED:
            since = None
        elif since is None:
            since = said.at
    return since


def _measured(seen: Seen | None) -> PublicState:
    if seen is None or not seen.is_fresh or seen.is_behind:
        return PublicState.UNKNOWN
    if seen.level is Level.UNHEALTHY:
        return PublicState.OUTAGE
    # One lost probe is no news: if the next one is good, the service has been up all the time.
    if seen.level is Level.DEGRADED and not seen.is_unconfirmed:
        return PublicState.DEGRADED
    return PublicState.OPERATIONAL
