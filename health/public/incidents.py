"""Reads of published incidents."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from django.db.models import Min, Prefetch, Q, QuerySet

from health import models
from health.statuspage.document import PublicIncident, Update
from monitoring.errors import NotFoundError

_MOST = 200


class PublicIncidentNotFoundError(NotFoundError):
    """No incident of that id, or none that is published."""


def with_updates() -> QuerySet[models.PublicIncident]:
    """Return all public incidents, the newest first, with their updates in the same order."""
    updates = models.PublicUpdate.objects.order_by("-posted_at", "-id")
    return models.PublicIncident.objects.prefetch_related(Prefetch("updates", updates)).order_by(
        "-started_at", "id"
    )


def recent(names: Mapping[str, str], since: datetime) -> list[PublicIncident]:
    """Return the published incidents that go on or were not over at `since`, at most 200, the newest first.

    `names` maps the short name of each public service to its public name; others are not named.
    """
    found = _published().filter(Q(resolved_at=None) | Q(resolved_at__gte=since))
    return [told(row, names) for row in found[:_MOST]]


def between(names: Mapping[str, str], start: datetime, end: datetime) -> list[PublicIncident]:
    """Return the published incidents that began in the period, `end` excluded, the newest first."""
    found = _published().filter(started_at__gte=start, started_at__lt=end)
    return [told(row, names) for row in found[:_MOST]]


def one(names: Mapping[str, str], incident_id: UUID) -> PublicIncident:
    """Return one published incident. Raises PublicIncidentNotFoundError."""
    row = _published().filter(pk=incident_id).first()
    if row is None:
        raise PublicIncidentNotFoundError("no such incident")
    return told(row, names)


def first_day() -> date | None:
    """Return the day on which the oldest published incident began, None if there is none."""
    oldest: datetime | None = _published().aggregate(oldest=Min("started_at"))["oldest"]
    return None if oldest is None else oldest.date()


def told(row: models.PublicIncident, names: Mapping[str, str]) -> PublicIncident:
    """Return what the public may know of an incident."""
    return PublicIncident(
        id=str(row.pk),
        title=row.title,
        impact=row.impact,
        services=[names[name] for name in row.services if name in names],
        started_at=row.started_at,
        resolved_at=row.resolved_at,
        updates=[
            Update(str(update.pk), update.stage, update.text, update.posted_at)
            for update in row.updates.all()
        ],
    )


def _published() -> QuerySet[models.PublicIncident]:
    return with_updates().filter(is_published=True)
