"""Writes of on-call rotations: who takes part, in which order, and who stands in."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from alerts.errors import RotationNotFoundError, StillUsedError
from alerts.models import Contact, EscalationStep, OnCallRotation, RotationMember, RotationOverride
from alerts.oncall.turns import first_week_for
from alerts.services.oncall import turns_of
from alerts.services.storing import store
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

MOST_MEMBERS = 50
LONGEST_OVERRIDE = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class RotationFields:
    """What a person says of a rotation."""

    columns: Mapping[str, Any]
    members: Sequence[UUID] | None
    """Ids of contacts in the order of their turns; None leaves them as they are."""


def save_rotation(
    fields: RotationFields, *, by: str, at: datetime, rotation_id: UUID | None = None
) -> OnCallRotation:
    """Create a rotation, or change one.

    When people come or go, who has the turn keeps it, unless `first_week` is given. Raises InvalidInputError,
    NameTakenError or RotationNotFoundError.
    """
    with transaction.atomic():
        row = _hold(rotation_id) if rotation_id else OnCallRotation()
        for name, value in fields.columns.items():
            setattr(row, name, value)
        if not rotation_id and "first_week" not in fields.columns:
            row.first_week = at.date()
        store(row, kind="on-call rotation")
        if fields.members is not None:
            _replace_members(row, fields, at)
    logger.info("on-call rotation saved", extra={"rotation": row.name, "by": by})
    return row


def delete_rotation(rotation_id: UUID, *, by: str) -> None:
    """Delete a rotation that no step names. Raises RotationNotFoundError, or StillUsedError naming the policies."""
    with transaction.atomic():
        row = _hold(rotation_id)
        steps = EscalationStep.objects.filter(rotation=row).order_by("policy__name")
        policies = list(dict.fromkeys(steps.values_list("policy__name", flat=True)))
        if policies:
            raise StillUsedError(
                f"{row} is still used by {', '.join(policies)}", details={"policies": policies}
            )
        row.delete()
    logger.info("on-call rotation deleted", extra={"rotation": row.name, "by": by})


def add_override(
    rotation_id: UUID,
    contact_id: UUID,
    *,
    starts_at: datetime,
    ends_at: datetime,
    reason: str = "",
    by: str,
) -> RotationOverride:
    """Let somebody stand in from `starts_at` until `ends_at`; of two at once the younger one counts.

    Raises InvalidInputError or RotationNotFoundError.
    """
    if not starts_at < ends_at <= starts_at + LONGEST_OVERRIDE:
        message = f"must be later than starts_at, by {LONGEST_OVERRIDE.days} days at most"
        raise InvalidInputError("Invalid override", details={"ends_at": [message]})
    with transaction.atomic():
        row = _hold(rotation_id)
        (contact,) = _contacts([contact_id], "contact_id")
        override = RotationOverride.objects.create(
            rotation=row, contact=contact, starts_at=starts_at, ends_at=ends_at, reason=reason
        )
    logger.info(
        "on-call override added",
        extra={"rotation": row.name, "contact": contact.name, "by": by, "reason": reason},
    )
    return override


def keep_turn(row: OnCallRotation, before: Sequence[RotationMember], at: datetime) -> None:
    """After a change of members, move `first_week` so that who had the turn keeps it, or the next one has it."""
    after = [str(member.contact_id) for member in row.members.order_by("position")]
    if not before or after == [str(member.contact_id) for member in before]:
        return
    row.first_week = first_week_for(turns_of(row, before, [])[0], after, at)
    row.save(update_fields=["first_week"])


def _replace_members(row: OnCallRotation, fields: RotationFields, at: datetime) -> None:
    ids = list(fields.members or ())
    if not 1 <= len(ids) <= MOST_MEMBERS:
        message = f"1 to {MOST_MEMBERS} people"
        raise InvalidInputError("Invalid rotation", details={"members": [message]})
    before = list(row.members.order_by("position"))
    contacts = _contacts(ids, "members")
    row.members.all().delete()
    RotationMember.objects.bulk_create(
        RotationMember(rotation=row, contact=contact, position=number)
        for number, contact in enumerate(contacts, start=1)
    )
    if "first_week" not in fields.columns:
        keep_turn(row, before, at)


def _contacts(ids: Sequence[UUID], field: str) -> list[Contact]:
    known = Contact.objects.in_bulk(ids)
    unknown = [str(each) for each in ids if each not in known]
    if unknown:
        message = f"no contact {', '.join(unknown)}"
        raise InvalidInputError("Unknown contact", details={field: [message]})
    return [known[each] for each in ids]


def _hold(rotation_id: UUID) -> OnCallRotation:
    row = OnCallRotation.objects.select_for_update().filter(pk=rotation_id).first()
    if row is None:
        raise RotationNotFoundError(f"no on-call rotation {rotation_id}")
    return row
