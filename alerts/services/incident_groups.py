"""Incidents over groups of alerts: asked for by a person, or opened and ended by a sweep.

The group of an alert is its rule; a discrete finding has none and goes by its service.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef, Q

from alerts.models import Alert, Event, Incident
from alerts.models.alert import Source, State
from alerts.models.choices import Severity
from alerts.models.event import EventKind
from alerts.muting import why_hidden
from alerts.services.incident_links import Author, link
from alerts.services.incidents import IncidentDraft, create_incident, end_incident
from alerts.timeline.selectors import UNDER_WAY
from monitoring.errors import InvalidInputError
from monitoring.metrics_api.names import names_of_service

logger = logging.getLogger(__name__)

LASTS = timedelta(minutes=5)  # a firing that goes on for so long is worth an incident
QUIET = timedelta(minutes=10)  # an incident whose alerts are over for so long is resolved
# What watches this service itself is no incident of the platform.
_OF_PLATFORM = (Source.RULE, Source.FINDING)
_AT_LEAST = {
    "critical": (Severity.CRITICAL,),
    "warning": (Severity.WARNING, Severity.CRITICAL),
}
_ITSELF = Author(name="")


@dataclass(frozen=True, slots=True)
class AlertGroup:
    """Alerts that belong together, by exactly one of their rule, their service, and the key of their messages."""

    rule_id: UUID | None = None
    service: str = ""
    group_key: str = ""


def alerts_of_group(group: AlertGroup) -> list[Alert]:
    """Return the alerts of a group that fire. Raises InvalidInputError if there is none, or the group is unclear."""
    if [bool(group.rule_id), bool(group.service), bool(group.group_key)].count(True) != 1:
        raise InvalidInputError("name a group by exactly one of rule_id, service and group_key")
    if group.rule_id:
        belongs = Q(rule=group.rule_id)
    elif group.service:
        belongs = Q(service__in=names_of_service(group.service))
    else:
        belongs = Q(notifications__group_key=group.group_key)
    firing = Alert.objects.filter(belongs, state=State.FIRING).distinct()
    found = list(firing.order_by("started_at", "id"))
    if not found:
        raise InvalidInputError("no alert of this group fires")
    return found


def open_for_groups(at: datetime) -> list[UUID]:
    """Open an incident for each group that keeps firing, let later alerts join, end what is over.

    Nothing happens unless INCIDENT_AUTO_OPEN names a severity. Alerts that a person has put into an
    incident, or taken out of one, stay where they are. Returns the ids of the incidents opened.
    """
    severities = _AT_LEAST.get(settings.INCIDENT_AUTO_OPEN, ())
    if not severities:
        return []
    groups: dict[str, list[Alert]] = defaultdict(list)
    for alert in _unclaimed(severities, at):
        groups[key_of(alert)].append(alert)
    under_way = _under_way(groups)
    opened = []
    for key, alerts in groups.items():
        if key in under_way:
            _join(under_way[key], alerts, at)
        elif min(_fired_at(alert) for alert in alerts) <= at - LASTS:
            opened += _open(key, alerts, at)
    _end_what_is_over(at)
    return opened


def key_of(alert: Alert) -> str:
    """Return the group of an alert, in at most 64 characters."""
    if alert.rule_id is not None:
        return f"rule:{alert.rule_id}"
    name = alert.service or alert.fingerprint
    kind = "service" if alert.service else "finding"
    return f"{kind}:{hashlib.sha256(name.encode()).hexdigest()[:40]}"


def _unclaimed(severities: Sequence[str], at: datetime) -> list[Alert]:
    """Return firing alerts that are in no incident, were never taken out of one, and are not hidden.

    What is silenced, or hidden behind its cause, is no outage of its own.
    """
    firing = Alert.objects.filter(
        state=State.FIRING, source__in=_OF_PLATFORM, severity__in=severities, incidents=None
    )
    found = list(firing.order_by("fired_at", "id"))
    taken_out = Event.objects.filter(kind=EventKind.UNLINKED, alert__in=found)
    left_alone = {*taken_out.values_list("alert", flat=True), *why_hidden(found, at=at)}
    return [alert for alert in found if alert.pk not in left_alone]


def _under_way(keys: Iterable[str]) -> dict[str, UUID]:
    standing = Incident.objects.filter(group_key__in=list(keys), status__in=UNDER_WAY)
    return dict(standing.values_list("group_key", "pk"))


def _open(key: str, alerts: Sequence[Alert], at: datetime) -> list[UUID]:
    """Open the group's incident; another sweep may be faster, and the next one then joins its alerts."""
    try:
        with transaction.atomic():
            draft = IncidentDraft(group_key=key)
            return [create_incident(draft, alerts, author=_ITSELF, at=at).pk]
    except IntegrityError as error:
        if "incidents_one_open_per_group" not in str(error):
            raise
        return []


def _join(incident_id: UUID, alerts: Sequence[Alert], at: datetime) -> None:
    with transaction.atomic():
        incidents = Incident.objects.select_for_update()
        incident = incidents.filter(pk=incident_id, status__in=UNDER_WAY).first()
        if incident is not None and link(incident, alerts, author=_ITSELF, at=at):
            incident.updated_at = at
            incident.save(update_fields=["affected_services", "updated_at"])


def _end_what_is_over(at: datetime) -> None:
    """Resolve incidents that opened by themselves and whose alerts are all over for QUIET."""
    lasting = Alert.objects.filter(incidents=OuterRef("pk")).exclude(state=State.RESOLVED)
    standing = Incident.objects.exclude(group_key="").filter(status__in=UNDER_WAY)
    over = (
        standing.exclude(Exists(lasting))
        .annotate(over_at=Max("alerts__resolved_at"))
        .filter(over_at__lte=at - QUIET)
    )
    for pk, over_at in over.values_list("pk", "over_at"):
        end_incident(pk, over_at=over_at, author=_ITSELF, at=at)


def _fired_at(alert: Alert) -> datetime:
    return alert.fired_at or alert.started_at
