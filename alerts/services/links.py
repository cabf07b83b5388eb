"""What a signed link does: it acts once, in the name of who received its message, and its use is recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from alerts.errors import AlertClosedError, LinkInvalidError, LinkSpentError
from alerts.links import Action, Permit, permit_of
from alerts.models import ActionUse, Alert, Contact, Notification
from alerts.services.alerts import acknowledge_alert, resolve_alert
from alerts.services.evaluation_lock import hold_still

VIA = "link"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link is for, as far as anybody has looked at it."""

    permit: Permit
    alerts: Sequence[Alert]
    """All that its message spoke for, its own alert first."""
    by: str
    """Who received the message, as others may read it."""
    actor: str
    """Who received the message, for the record."""
    expires_at: datetime
    use: ActionUse | None

    @property
    def is_over(self) -> bool:
        """Tell whether there is nothing left to do."""
        return all(alert.state == Alert.State.RESOLVED for alert in self.alerts)


def offer_of(token: str) -> Offer:
    """Return what a link is for. Changes nothing: whoever merely looks may. Raises LinkInvalidError."""
    permit = permit_of(token)
    message = Notification.objects.defer("payload").filter(pk=permit.notification_id).first()
    if message is None:
        raise LinkInvalidError("The message that this link came with is no longer kept")
    by, actor = _receiver(message)
    return Offer(
        permit=permit,
        alerts=_alerts_of(message),
        by=by,
        actor=actor,
        expires_at=message.created_at + settings.ACTION_LINK_LIFETIME,
        use=ActionUse.objects.filter(pk=permit.nonce).first(),
    )


def use_link(token: str, *, at: datetime) -> Offer:
    """Acknowledge or resolve what the link's message spoke for, and return how it stands now.

    Alerts that are over already are left alone. The use is recorded in the same transaction: a second one is
    refused, also at the same moment. Raises LinkInvalidError, LinkSpentError if it has expired or was used, or
    AlertClosedError if all alerts are over.
    """
    offer = offer_of(token)
    if at >= offer.expires_at:
        raise LinkSpentError("This link has expired")
    with transaction.atomic():
        if len(offer.alerts) > 1 or offer.permit.action is Action.RESOLVE:
            # First of all: an evaluation may not wait for one of the rows while this waits for the evaluation.
            hold_still()
        _spend(offer, at)
        if not [alert for alert in _in_order(offer.alerts) if _act(offer, alert, at)]:
            raise AlertClosedError("What this link is about is over already")
    return offer_of(token)


def _spend(offer: Offer, at: datetime) -> None:
    """Record the use; of two at once the second waits here until it knows that it is one."""
    try:
        with transaction.atomic():
            ActionUse.objects.create(nonce=offer.permit.nonce, used_at=at, actor=offer.actor)
    except IntegrityError:
        raise LinkSpentError("This link was used already") from None


def _act(offer: Offer, alert: Alert, at: datetime) -> bool:
    """Tell whether the alert was there to be acted on."""
    act: Callable[..., Alert] = acknowledge_alert
    if offer.permit.action is Action.RESOLVE:
        if alert.state == Alert.State.RESOLVED:
            return False
        act = partial(resolve_alert, note="Resolved by the link of a message.")
    try:
        act(alert.pk, by=offer.by, actor=offer.actor, at=at, via=VIA)
    except AlertClosedError:
        return False
    return True


def _in_order(alerts: Sequence[Alert]) -> list[Alert]:
    """Sort as everybody does who locks several: two links over the same alerts then never wait for each other."""
    return sorted(alerts, key=lambda alert: alert.pk)


def _alerts_of(message: Notification) -> list[Alert]:
    spoken_for = Q(notifications=message.pk) | Q(notifications__carried_by=message.pk)
    alerts = Alert.objects.filter(spoken_for).distinct().order_by("started_at", "pk")
    return sorted(alerts, key=lambda alert: alert.pk != message.alert_id)


def _receiver(message: Notification) -> tuple[str, str]:
    """Return the name to show and the one for the record: the contact's, or else the address."""
    if message.recipient:
        known = Q(email=message.recipient) if message.channel == "email" else Q()
        known = Q(phone=message.recipient) if message.channel == "sms" else known
        known = Q(slack_id=message.recipient) if message.channel == "slack" else known
        contact = Contact.objects.filter(known).order_by("name").first() if known else None
        if contact is not None:
            return contact.name, contact.subject or contact.name
    if message.channel == "sms":  # who reads alerts need not read people's numbers
        return f"phone ending in {message.recipient[-4:]}", message.recipient
    address = message.recipient or message.channel
    return address, address
