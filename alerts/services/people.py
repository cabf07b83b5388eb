"""Writes of contacts: who can be told, and where."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import ProtectedError

from alerts.errors import ContactNotFoundError, StillUsedError
from alerts.models import Contact, EscalationStep
from alerts.services.storing import store

logger = logging.getLogger(__name__)


def save_contact(fields: Mapping[str, Any], *, by: str, contact_id: UUID | None = None) -> Contact:
    """Create a contact, or change the columns that `fields` names of one.

    Raises InvalidInputError naming the fields, NameTakenError or ContactNotFoundError.
    """
    with transaction.atomic():
        contact = _hold(contact_id) if contact_id else Contact()
        for name, value in fields.items():
            setattr(contact, name, value)
        store(contact, kind="contact")
    logger.info("contact saved", extra={"contact": str(contact.pk), "by": by})
    return contact


def delete_contact(contact_id: UUID, *, by: str) -> None:
    """Delete a contact. Raises ContactNotFoundError, or StillUsedError naming what refers to it."""
    with transaction.atomic():
        contact = _hold(contact_id)
        try:
            contact.delete()
        except ProtectedError as error:
            users = sorted({_name_of(each) for each in error.protected_objects})
            raise StillUsedError(
                f"{contact} is still in {', '.join(users)}", details={"used_by": users}
            ) from error
    logger.info("contact deleted", extra={"contact": str(contact_id), "by": by})


def contact_by_id(contact_id: UUID) -> Contact:
    """Return one contact. Raises ContactNotFoundError."""
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        raise ContactNotFoundError(f"no contact {contact_id}")
    return contact


def _name_of(user: Any) -> str:
    """Return what a protected row belongs to: a step to its policy, a turn or an override to its rotation."""
    if isinstance(user, EscalationStep):
        return f"escalation policy {user.policy}"
    return f"on-call rotation {user.rotation}"


def _hold(contact_id: UUID) -> Contact:
    contact = Contact.objects.select_for_update().filter(pk=contact_id).first()
    if contact is None:
        raise ContactNotFoundError(f"no contact {contact_id}")
    return contact
