"""The status page for programs."""

from datetime import datetime
from typing import Any

from health.statuspage.bars import Day
from health.statuspage.document import Maintenance, PublicIncident, PublicService, StatusDocument


def as_json(document: StatusDocument, *, is_stale: bool) -> dict[str, Any]:
    """Return the document as plain values; percentages are null where nothing was measured.

    `is_stale` says that it could not be renewed and shows what was known last, at `page.updated_at`.
    """
    return {
        "page": {
            "title": document.title,
            "url": document.url,
            "updated_at": _instant(document.at),
            "is_stale": is_stale,
        },
        "status": {"state": document.state, "description": document.headline},
        "services": [_service(service) for service in document.services],
        "incidents": [_incident(incident, document) for incident in document.incidents],
        "maintenance": [_maintenance(each, document) for each in document.maintenance],
    }


def _service(service: PublicService) -> dict[str, Any]:
    return {
        "id": service.id,
        "name": service.name,
        "group": service.group,
        "state": service.state,
        "uptime_percent": service.uptime_percent,
        "days": [_day(day) for day in service.days],
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "date": day.on.isoformat(),
        "level": day.level,
        "uptime_percent": day.spans.uptime_percent,
        "down_seconds": day.spans.down_ms / 1_000,
        "degraded_seconds": day.spans.degraded_ms / 1_000,
        "maintenance_seconds": day.spans.maintenance_ms / 1_000,
    }


def _incident(incident: PublicIncident, document: StatusDocument) -> dict[str, Any]:
    return {
        "id": incident.id,
        "url": f"{document.url}/incidents/{incident.id}",
        "title": incident.title,
        "impact": incident.impact,
        "stage": incident.stage,
        "services": list(incident.services),
        "started_at": _instant(incident.started_at),
        "resolved_at": _instant(incident.resolved_at),
        "updated_at": _instant(incident.updated_at),
        "updates": [
            {
                "id": update.id,
                "stage": update.stage,
                "text": update.text,
                "posted_at": _instant(update.at),
            }
            for update in incident.updates
        ],
    }


def _maintenance(each: Maintenance, document: StatusDocument) -> dict[str, Any]:
    return {
        "id": each.id,
        "title": each.title,
        "text": each.text,
        "services": list(each.services),
        "starts_at": _instant(each.starts_at),
        "ends_at": _instant(each.ends_at),
        "is_running": each.is_running(document.at),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")
