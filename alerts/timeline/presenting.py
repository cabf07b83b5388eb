"""Incidents as they are shown: the row, its alerts and how long people took, in a fixed number of queries."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from alerts.models import Incident
from alerts.timeline.measures import (
    Spread,
    measures_of,
    time_to_acknowledge,
    time_to_resolve,
)
from alerts.timeline.postmortem import AlertSummary, IncidentSummary, drafted
from alerts.timeline.selectors import IncidentFilter, courses_of, incidents_matching
from alerts.timeline.sources import Excerpt, timeline_of

_LINES_OF_DRAFT = 500
_FIELDS = (
    "id",
    "title",
    "description",
    "severity",
    "status",
    "affected_services",
    "detected_at",
    "resolved_at",
    "root_cause",
    "resolution",
    "opened_by",
    "updated_at",
)


def measured(incidents: Iterable[Incident]) -> list[dict[str, Any]]:
    """Return incidents with the seconds that each took."""
    rows = list(incidents)
    courses = courses_of(rows)
    return [
        {name: getattr(row, name) for name in _FIELDS}
        | {
            "time_to_acknowledge_seconds": _seconds(time_to_acknowledge(courses[row.pk])),
            "time_to_resolve_seconds": _seconds(time_to_resolve(courses[row.pk])),
        }
        for row in rows
    ]


def shown(incident: Incident) -> dict[str, Any]:
    """Return one incident with its alerts and what was written about it."""
    (row,) = measured([incident])
    alerts = incident.alerts.order_by("started_at", "id")
    return row | {"postmortem": incident.postmortem, "alerts": alerts}


def measures_between(period: IncidentFilter) -> dict[str, Any]:
    """Return MTTA and MTTR of the incidents of a period, in seconds."""
    measures = measures_of(courses_of(incidents_matching(period)).values())
    return {
        "incidents": measures.incidents,
        "acknowledge": _spread(measures.acknowledge),
        "resolve": _spread(measures.resolve),
    }


def postmortem_of(incident: Incident) -> str:
    """Return the post-mortem as Markdown: what somebody wrote, else a draft from the timeline."""
    if incident.postmortem.strip():
        return incident.postmortem
    page = timeline_of(incident, Excerpt(limit=_LINES_OF_DRAFT))
    return drafted(_summary(incident), page.lines, more=page.after is not None)


def _summary(incident: Incident) -> IncidentSummary:
    return IncidentSummary(
        title=incident.title,
        severity=incident.severity,
        status=incident.status,
        services=incident.affected_services,
        description=incident.description,
        root_cause=incident.root_cause or "",
        resolution=incident.resolution or "",
        course=courses_of([incident])[incident.pk],
        alerts=_alerts(incident),
    )


def _alerts(incident: Incident) -> Sequence[AlertSummary]:
    return [
        AlertSummary(alert.title, alert.severity, alert.service, alert.fired_at, alert.resolved_at)
        for alert in incident.alerts.order_by("started_at", "id")
    ]


def _spread(spread: Spread) -> Mapping[str, Any]:
    return {
        "count": spread.count,
        "mean_seconds": _seconds(spread.mean),
        "median_seconds": _seconds(spread.median),
    }


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()
