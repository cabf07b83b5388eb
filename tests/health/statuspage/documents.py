"""Documents of the status page without a database."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from health.statuspage.bars import Spans, days_until
from health.statuspage.document import (
    Maintenance,
    PublicIncident,
    PublicService,
    StatusDocument,
    Update,
)
from health.statuspage.stage import PublicState

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def identity(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def service(name: str, state: PublicState = PublicState.OPERATIONAL, **more: Any) -> PublicService:
    days = days_until(NOON.date(), {NOON.date(): more.pop("today", Spans(1_000))})
    return PublicService(name.lower(), name, more.pop("group", ""), state, days)


def incident(title: str, *course: tuple[datetime, str, str], **more: Any) -> PublicIncident:
    """Return an incident whose updates are given oldest first."""
    updates = [
        Update(identity(f"{title} {place}"), stage, text, at)
        for place, (at, stage, text) in enumerate(course)
    ]
    known = {
        "id": identity(title),
        "title": title,
        "impact": "minor",
        "services": ["Payments"],
        "started_at": course[0][0] if course else NOON - HOUR,
        "resolved_at": None,
        "updates": updates[::-1],
    }
    return PublicIncident(**{**known, **more})


def maintenance(title: str, starts_at: datetime, **more: Any) -> Maintenance:
    known = {
        "id": identity(title),
        "title": title,
        "text": "",
        "services": [],
        "starts_at": starts_at,
        "ends_at": starts_at + 2 * HOUR,
        "announced_at": starts_at - 48 * HOUR,
    }
    return Maintenance(**{**known, **more})


def document(**parts: Any) -> StatusDocument:
    known = {
        "at": NOON,
        "title": "Example status",
        "url": "https://status.example.org/status-page",
        "services": [],
        "incidents": [],
        "maintenance": [],
    }
    return StatusDocument(**{**known, **parts})
