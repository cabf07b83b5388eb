"""How alerts and an incident stood at an instant, told from events alone. Pure: no Django, no clock.

Rows say how things are; events say how they came to be. Folding the events up to an instant gives
what the row said then, which a test holds against the rows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """One event, with what the fold needs of it."""

    at: datetime
    kind: str
    actor: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """One alert as of an instant; `state` is None before its breach began."""

    state: str | None = None
    fired_at: datetime | None = None
    resolved_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    hidden: bool = False
    steps_taken: int = 0


def standing_of_alert(
    happenings: Iterable[Happening], *, started_at: datetime, at: datetime
) -> Standing:
    """Return how the alert stood at `at`, what happened at that very instant included.

    `happenings` are its events in their order. The breach itself is no event: from `started_at`
    until the alert fires it is pending.
    """
    standing = Standing(state="pending" if started_at <= at else None)
    for happening in happenings:
        if happening.at <= at:
            standing = _after(standing, happening)
    return standing


def status_of_incident(happenings: Iterable[Happening], *, at: datetime) -> str | None:
    """Return the incident's status at `at`, None before it was opened; events in their order."""
    status: str | None = None
    for happening in happenings:
        if happening.at > at:
            continue
        if happening.kind == "opened":
            status = "open"
        elif happening.kind == "moved":
            status = str(happening.detail.get("to", status))
    return status


def _after(standing: Standing, happening: Happening) -> Standing:
    changes: dict[str, Any] = {}
    match happening.kind:
        case "fired":
            changes = {"state": "firing", "fired_at": happening.at}
        case "resolved":
            changes = {"state": "resolved", "resolved_at": happening.at, "hidden": False}
        case "acknowledged" if standing.acknowledged_at is None:
            changes = _acknowledgement(happening)
        case "unacknowledged":
            changes = {"acknowledged_by": None, "acknowledged_at": None}
        case "hidden" | "released":
            changes = {"hidden": happening.kind == "hidden"}
        case "escalated":
            changes = {"steps_taken": int(happening.detail.get("step", standing.steps_taken + 1))}
    return replace(standing, **changes)


def _acknowledgement(happening: Happening) -> dict[str, Any]:
    """Return who took it: the name shown may be another than that of who asked."""
    by = str(happening.detail.get("by") or happening.actor)
    return {"acknowledged_by": by, "acknowledged_at": happening.at}
