"""Reads of on-call rotations: rows in, whose turn it is out."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from alerts.errors import RotationNotFoundError
from alerts.models import Contact, OnCallRotation, RotationMember, RotationOverride
from alerts.oncall.turns import Override, Rotation, Shift, on_call, shifts


def turns_of(
    row: OnCallRotation, members: Iterable[RotationMember], overrides: Iterable[RotationOverride]
) -> tuple[Rotation, list[Override]]:
    """Return a rotation as the arithmetic takes it; people are the ids of contacts.

    `members` in the order of their positions, `overrides` with the younger rows last.
    """
    rotation = Rotation(
        people=[str(member.contact_id) for member in members],
        zone=row.time_zone,
        handoff_weekday=row.handoff_weekday,
        handoff_time=row.handoff_time,
        first_week=row.first_week,
    )
    return rotation, [
        Override(str(each.contact_id), each.starts_at, each.ends_at) for each in overrides
    ]


def rotation_by_id(rotation_id: UUID) -> OnCallRotation:
    """Return one rotation with its members. Raises RotationNotFoundError."""
    row = OnCallRotation.objects.prefetch_related("members__contact").filter(pk=rotation_id).first()
    if row is None:
        raise RotationNotFoundError(f"no on-call rotation {rotation_id}")
    return row


def who_is_on_call(row: OnCallRotation, at: datetime) -> Contact | None:
    """Return the person on call at an instant; None only in a rotation without members."""
    rotation, overrides = _turns_between(row, at, at)
    person = on_call(rotation, overrides, at)
    return Contact.objects.filter(pk=person).first() if person else None


def shifts_between(
    row: OnCallRotation, start: datetime, end: datetime
) -> list[tuple[Shift, Contact | None]]:
    """Return who is on call from `start` until `end`, in order and without a gap."""
    found = shifts(*_turns_between(row, start, end), start, end)
    contacts = Contact.objects.in_bulk([UUID(shift.person) for shift in found if shift.person])
    return [(shift, contacts[UUID(shift.person)] if shift.person else None) for shift in found]


def _turns_between(
    row: OnCallRotation, start: datetime, end: datetime
) -> tuple[Rotation, list[Override]]:
    overrides = row.overrides.filter(starts_at__lte=end, ends_at__gt=start).order_by("pk")
    return turns_of(row, row.members.order_by("position"), overrides)
