"""Writes of public incidents: what people tell the public, word by word."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from health.catalogue import ServiceNotWatchedError, short_name_of
from health.models import PublicIncident, PublicUpdate, WatchedService
from health.models.public_incident import LONGEST_TEXT
from health.public.incidents import PublicIncidentNotFoundError
from health.public.memory import memory
from health.statuspage.stage import Said, resolved_at
from monitoring.errors import InvalidInputError, NotFoundError

logger = logging.getLogger(__name__)

EDITABLE = ("title", "impact", "services", "incident", "started_at", "is_published")


class PublicUpdateNotFoundError(NotFoundError):
    """The incident has no update of that id."""


@dataclass(frozen=True, slots=True)
class UpdateDraft:
    """What is said about an incident; `posted_at` None is now."""

    stage: str
    text: str
    posted_at: datetime | None = None


def create_public_incident(
    fields: Mapping[str, Any], first: UpdateDraft, *, by: str, at: datetime
) -> PublicIncident:
    """Create an incident with its first update; it began at `at` unless `started_at` says otherwise.

    Raises InvalidInputError naming what cannot be used: a service that the public does not see, an empty title, an
    instant to come.
    """
    with transaction.atomic():
        incident = PublicIncident(**{"started_at": at, **_named(fields)})
        _check(incident, at)
        incident.save(force_insert=True)
        _say(incident, first, by=by, at=at)
        _settle(incident)
    _told("public incident created", incident, by)
    return incident


def update_public_incident(
    incident_id: UUID, changes: Mapping[str, Any], *, by: str, at: datetime
) -> PublicIncident:
    """Change the EDITABLE columns that `changes` names. Raises PublicIncidentNotFoundError or InvalidInputError."""
    with transaction.atomic():
        incident = _hold(incident_id)
        for name, value in _named(changes).items():
            setattr(incident, name, value)
        _check(incident, at)
        incident.save()
    _told("public incident changed", incident, by, fields=sorted(changes))
    return incident


def delete_public_incident(incident_id: UUID, *, by: str) -> None:
    """Delete an incident with all that was said about it. Raises PublicIncidentNotFoundError.

    What was once public is better withdrawn: `is_published` false.
    """
    with transaction.atomic():
        incident = _hold(incident_id)
        incident.delete()
    incident.pk = incident_id
    _told("public incident deleted", incident, by)


def post_update(incident_id: UUID, draft: UpdateDraft, *, by: str, at: datetime) -> PublicUpdate:
    """Say something more; the newest update gives the stage, and one that resolves ends the incident.

    A later update of another stage opens it again. Raises PublicIncidentNotFoundError or InvalidInputError.
    """
    with transaction.atomic():
        incident = _hold(incident_id)
        update = _say(incident, draft, by=by, at=at)
        _settle(incident)
    _told("public update posted", incident, by, stage=update.stage)
    return update


def change_update(
    incident_id: UUID, update_id: UUID, changes: Mapping[str, Any], *, by: str, at: datetime
) -> PublicUpdate:
    """Correct the `stage`, `text` or `posted_at` of an update.

    Raises PublicIncidentNotFoundError, PublicUpdateNotFoundError or InvalidInputError.
    """
    with transaction.atomic():
        incident = _hold(incident_id)
        update = _update_of(incident, update_id)
        for name, value in changes.items():
            setattr(update, name, value)
        _check_update(update, at)
        update.save()
        _settle(incident)
    _told("public update changed", incident, by, fields=sorted(changes))
    return update


def delete_update(incident_id: UUID, update_id: UUID, *, by: str) -> None:
    """Take back an update; the last one stays, since an incident has to say something.

    Raises PublicIncidentNotFoundError, PublicUpdateNotFoundError or InvalidInputError.
    """
    with transaction.atomic():
        incident = _hold(incident_id)
        update = _update_of(incident, update_id)
        if incident.updates.count() == 1:
            raise InvalidInputError("an incident needs at least one update; unpublish it instead")
        update.delete()
        _settle(incident)
    _told("public update deleted", incident, by)


def public_short_names(names: Iterable[str]) -> list[str]:
    """Return the short names of services, each given by either name, in their order and without repeats.

    Raises InvalidInputError for one that the public does not see: saying that it is hit would reveal it.
    """
    full_names = dict(
        WatchedService.objects.filter(is_public=True).values_list("name", "service_name")
    )
    try:
        return list(dict.fromkeys(short_name_of(name, full_names) for name in names))
    except ServiceNotWatchedError as error:
        problem = f"{error.details['service']!r} is no public service"
        raise InvalidInputError(problem, details={"services": [problem]}) from None


def _named(fields: Mapping[str, Any]) -> dict[str, Any]:
    known = dict(fields)
    if "services" in known:
        known["services"] = public_short_names(known["services"])
    return known


def _say(incident: PublicIncident, draft: UpdateDraft, *, by: str, at: datetime) -> PublicUpdate:
    update = PublicUpdate(
        public_incident=incident,
        stage=draft.stage,
        text=draft.text,
        posted_at=draft.posted_at or at,
        posted_by=by,
    )
    _check_update(update, at)
    update.save(force_insert=True)
    return update


def _settle(incident: PublicIncident) -> None:
    """Bring the end of the incident in line with its updates."""
    course = (Said(update.stage, update.posted_at) for update in incident.updates.all())
    incident.resolved_at = resolved_at(course)
    incident.save(update_fields=["resolved_at"])


def _check(incident: PublicIncident, at: datetime) -> None:
    incident.title = " ".join(incident.title.split())
    _full_clean(incident.full_clean)
    _refuse_future("started_at", incident.started_at, at)


def _check_update(update: PublicUpdate, at: datetime) -> None:
    update.text = update.text.strip()
    _full_clean(update.full_clean)
    if len(update.text) > LONGEST_TEXT:  # of a text Django checks no length
        problem = f"must be at most {LONGEST_TEXT} characters long"
        raise InvalidInputError(f"text {problem}", details={"text": [problem]})
    _refuse_future("posted_at", update.posted_at, at)


def _full_clean(clean: Callable[[], None]) -> None:
    try:
        clean()
    except ValidationError as error:
        raise InvalidInputError("Invalid public incident", details=error.message_dict) from error


def _refuse_future(name: str, value: datetime, at: datetime) -> None:
    if value > at:
        problem = "must not lie in the future"
        raise InvalidInputError(f"{name} {problem}", details={name: [problem]})


def _hold(incident_id: UUID) -> PublicIncident:
    incident = PublicIncident.objects.select_for_update().filter(pk=incident_id).first()
    if incident is None:
        raise PublicIncidentNotFoundError(f"no public incident {incident_id}")
    return incident


def _update_of(incident: PublicIncident, update_id: UUID) -> PublicUpdate:
    update: PublicUpdate | None = incident.updates.filter(pk=update_id).first()
    if update is None:
        raise PublicUpdateNotFoundError(f"no update {update_id} of this incident")
    return update


def _told(event: str, incident: PublicIncident, by: str, **facts: Any) -> None:
    """Log it, and show it at once in this process; others follow within STATUS_PAGE_CACHE."""
    logger.info(event, extra={"public_incident": str(incident.pk), "by": by, **facts})
    transaction.on_commit(memory.forget)
