"""Signed links that act: what stands in one, and how it is checked. The signature is the authority, no cookie is."""

import base64
import hmac
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from django.conf import settings

from alerts.errors import LinkInvalidError

PATH = "a"
"""Short, because every character of a text message counts."""
_SALT = b"alerts.links.v1|"
_SIGNATURE_BYTES = 16  # 128 bits: nobody guesses one, and an SMS still has room for words
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Action(StrEnum):
    """What a link does."""

    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"


_LETTERS = {Action.ACKNOWLEDGE: "a", Action.RESOLVE: "r"}
_ACTIONS = {letter: action for action, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Permit:
    """What a signed link allows: one action, once, for who got one message."""

    notification_id: int
    action: Action

    @property
    def nonce(self) -> str:
        """Its name in the record of links that were used."""
        return f"link:{self.notification_id}:{self.action}"


def link_for(notification_id: int, action: str) -> str:
    """Return the URL by which who received the message may act once: `acknowledge` or `resolve`.

    The same message always has the same link, so that each try to send it says the same. It expires
    ACTION_LINK_LIFETIME after the message was owed. Raises ValueError for another action.
    """
    body = f"{_LETTERS[Action(action)]}{_in_base36(notification_id)}"
    return f"{settings.PUBLIC_URL}/{PATH}/{body}-{_signature(body, settings.SECRET_KEY).decode()}"


def permit_of(token: str) -> Permit:
    """Return what the last part of a link allows. Raises LinkInvalidError if it was not made here, or was changed."""
    body, _, signature = token.partition("-")
    keys = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    genuine = [hmac.compare_digest(_signature(body, key), signature.encode()) for key in keys]
    if not any(genuine):
        raise LinkInvalidError("This link is not complete, or was changed on its way")
    return Permit(int(body[1:], 36), _ACTIONS[body[0]])


def _signature(body: str, key: str) -> bytes:
    digest = hmac.new(key.encode(), _SALT + body.encode(), sha256).digest()
    return base64.urlsafe_b64encode(digest[:_SIGNATURE_BYTES]).rstrip(b"=")


def _in_base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
