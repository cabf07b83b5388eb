"""Signed links out of a subscription. The signature is the authority: who was sent the mail needs no account."""

from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer

from health.reports.errors import UnsubscribeLinkInvalidError

PATH = "reports/unsubscribe"
_SALT = "health.reports.unsubscribe"


def unsubscribe_url(subscription_id: UUID) -> str:
    """Return the link that ends a subscription; always the same, and it does not expire: mails are kept for years."""
    return f"{settings.PUBLIC_URL}/{PATH}/{_signer().sign(subscription_id.hex)}"


def subscription_of(token: str) -> UUID:
    """Return which subscription a link is about. Raises UnsubscribeLinkInvalidError if it was not made here."""
    try:
        return UUID(_signer().unsign(token))
    except (BadSignature, ValueError) as error:
        message = "This link is not complete, or was changed on its way"
        raise UnsubscribeLinkInvalidError(message) from error


def _signer() -> Signer:
    return Signer(salt=_SALT, sep="~")  # a sign that no mail program takes for the end of a link
