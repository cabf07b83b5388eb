"""What a pressed button does: it acts once, in the name of who pressed it, and its use is recorded."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from alerts.channels.slack_signature import Press
from alerts.errors import AlertClosedError, AlertNotFoundError, ButtonSpentError
from alerts.models import ActionUse, Contact
from alerts.services.alerts import acknowledge_alert, resolve_alert
from alerts.services.evaluation_lock import hold_still

logger = logging.getLogger(__name__)

VIA = "slack"
_NOTE = "Resolved by a button in Slack."


def press_button(press: Press, *, at: datetime) -> list[UUID]:
    """Acknowledge or resolve what the button stands for; return the alerts that were still there to act on.

    Alerts that are over or deleted are left alone. The use is recorded in the same transaction: the same request
    once more is refused with ButtonSpentError.
    """
    by, actor = _who(press)
    with transaction.atomic():
        if len(press.alert_ids) > 1 or press.action == "resolve":
            # First of all: an evaluation may not wait for one of the rows while this waits for the evaluation.
            hold_still()
        _spend(press.nonce, actor, at)
        acted = [each for each in sorted(press.alert_ids) if _act(press, each, by, actor, at)]
    logger.info(
        "button pressed", extra={"action": press.action, "actor": actor, "alerts": len(acted)}
    )
    return acted


def _act(press: Press, alert_id: UUID, by: str, actor: str, at: datetime) -> bool:
    try:
        if press.action == "resolve":
            resolve_alert(alert_id, by=by, actor=actor, note=_NOTE, at=at, via=VIA)
        else:
            acknowledge_alert(alert_id, by=by, actor=actor, at=at, via=VIA)
    except (AlertClosedError, AlertNotFoundError):
        return False
    return True


def _who(press: Press) -> tuple[str, str]:
    """Return the name to show and the one for the record: the contact's with that member id, else Slack's."""
    contact = Contact.objects.filter(slack_id=press.member_id).order_by("name").first()
    if contact is not None:
        return contact.name, contact.subject or contact.name
    return press.member_name[:200], f"slack:{press.member_id}"[:200]


def _spend(nonce: str, actor: str, at: datetime) -> None:
    """Record the use; of two at once the second waits here until it knows that it is one."""
    try:
        with transaction.atomic():
            ActionUse.objects.create(nonce=nonce[:128], used_at=at, actor=actor)
    except IntegrityError:
        raise ButtonSpentError("This press of the button was taken already") from None
