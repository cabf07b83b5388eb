"""Reads of alerting: querysets and plain values, no writes."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from alerts.errors import AlertNotFoundError, RuleNotFoundError
from alerts.models import Alert, AlertRule, Incident
from alerts.models.alert import Source
from alerts.models.choices import Severity
from alerts.models.incident import IncidentStatus
from monitoring.metrics_api.names import names_of_service


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are asked for; an empty field asks for all."""

    states: Collection[str] = ()
    severities: Collection[str] = ()
    service: str = ""
    text: str = ""
    start: datetime | None = None
    end: datetime | None = None


def news() -> QuerySet[Alert]:
    """Return all alerts but the canary's, which measures the road and is no news to anybody."""
    return Alert.objects.exclude(source=Source.CANARY)


def alerts_matching(wanted: AlertFilter) -> QuerySet[Alert]:
    """Return alerts, the newest breach first; `start` and `end` bound the first breach, both included."""
    condition = Q()
    if wanted.states:
        condition &= Q(state__in=wanted.states)
    if wanted.severities:
        condition &= Q(severity__in=wanted.severities)
    if wanted.service:
        condition &= Q(service__in=names_of_service(wanted.service))
    if wanted.text:
        condition &= _mentions(wanted.text)
    if wanted.start is not None:
        condition &= Q(started_at__gte=wanted.start)
    if wanted.end is not None:
        condition &= Q(started_at__lte=wanted.end)
    return news().filter(condition).order_by("-started_at", "id")


def alert_by_id(alert_id: UUID) -> Alert:
    """Return one alert. Raises AlertNotFoundError."""
    alert = Alert.objects.filter(pk=alert_id).first()
    if alert is None:
        raise AlertNotFoundError(f"no alert {alert_id}")
    return alert


def rule_by_id(rule_id: UUID) -> AlertRule:
    """Return one rule that was not deleted. Raises RuleNotFoundError."""
    rule = AlertRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise RuleNotFoundError(f"no rule {rule_id}")
    return rule


def worst_first(state: str) -> QuerySet[Alert]:
    """Return the alerts of a state, the most severe first, then the longest-lasting."""
    severities = [Severity.CRITICAL, Severity.WARNING, Severity.INFO]
    rank = Case(*(When(severity=each, then=place) for place, each in enumerate(severities)))
    return news().filter(state=state).order_by(rank, "started_at", "id")


def alerts_between(start: datetime, end: datetime) -> QuerySet[Alert]:
    """Return the alerts that were firing at some time from `start` to `end`, in the order in which they fired."""
    lasted = Q(resolved_at=None) | Q(resolved_at__gte=start)
    return news().filter(lasted, fired_at__lte=end).order_by("fired_at", "id")


def incidents_under_way() -> QuerySet[Incident]:
    """Return incidents that people still work on, the newest first."""
    working = [IncidentStatus.OPEN, IncidentStatus.INVESTIGATING]
    return Incident.objects.filter(status__in=working).order_by("-detected_at", "id")


def _mentions(text: str) -> Q:
    return (
        Q(title__icontains=text)
        | Q(description__icontains=text)
        | Q(service__icontains=text)
        | Q(resolution_note__icontains=text)
    )
