"""Writes of incidents: opened from alerts, then step by step to their end."""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from alerts.errors import IncidentClosedError, IncidentNotFoundError
from alerts.models import Alert, Incident
from alerts.models.choices import Severity
from alerts.models.incident import IncidentSeverity, IncidentStatus
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

# Alerts know three severities, incidents four: "high" is a person's judgement. Mildest first.
SEVERITY_OF_ALERT = {
    Severity.INFO: IncidentSeverity.LOW,
    Severity.WARNING: IncidentSeverity.MEDIUM,
    Severity.CRITICAL: IncidentSeverity.CRITICAL,
}
_ORDER = list(IncidentStatus)
_ENDED = {IncidentStatus.RESOLVED, IncidentStatus.CLOSED}


def open_incident(alerts: Sequence[Alert], *, by: str, title: str = "") -> Incident:
    """Open one incident over these alerts: as severe as the worst, detected when the first began.

    Raises InvalidInputError without any alert.
    """
    if not alerts:
        raise InvalidInputError("an incident needs at least one alert")
    first = min(alerts, key=lambda alert: alert.started_at)
    mildest_first = list(SEVERITY_OF_ALERT)
    worst = max((Severity(alert.severity) for alert in alerts), key=mildest_first.index)
    with transaction.atomic():
        incident = Incident.objects.create(
            title=title or first.title,
            severity=SEVERITY_OF_ALERT[worst],
            affected_services=sorted({alert.service for alert in alerts if alert.service}),
            detected_at=first.started_at,
        )
        incident.alerts.set(alerts)
    logger.info("incident opened", extra={"incident": str(incident.pk), "by": by})
    return incident


def advance_incident(incident_id: UUID, to: IncidentStatus, *, by: str, at: datetime) -> Incident:
    """Move an incident on: open, investigating, resolved, closed; steps may be left out, never taken back.

    It is resolved at `at` once it is over. A repeat changes nothing. Raises IncidentNotFoundError or
    IncidentClosedError.
    """
    with transaction.atomic():
        incident = Incident.objects.select_for_update().filter(pk=incident_id).first()
        if incident is None:
            raise IncidentNotFoundError(f"no incident {incident_id}")
        standing = IncidentStatus(incident.status)
        if standing == to:
            return incident
        if _ORDER.index(to) < _ORDER.index(standing):
            raise IncidentClosedError(f"incident {incident_id} is already {standing}")
        incident.status = to
        if to in _ENDED and incident.resolved_at is None:
            incident.resolved_at = at
        incident.save(update_fields=["status", "resolved_at"])
    logger.info("incident moved", extra={"incident": str(incident_id), "to": to, "by": by})
    return incident
