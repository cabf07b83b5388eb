"""Whether a request comes from Slack, and what it says was pressed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.conf import settings
from slack_sdk.signature import Clock, SignatureVerifier

from alerts.errors import SignatureInvalidError
from monitoring.errors import InvalidInputError

TIMESTAMP_HEADER = "X-Slack-Request-Timestamp"
SIGNATURE_HEADER = "X-Slack-Signature"
_ACTIONS = frozenset({"acknowledge", "resolve"})
_MOST_ALERTS = 50


@dataclass(frozen=True, slots=True)
class Press:
    """A button that a member of the workspace pressed; the same request twice has the same `nonce`."""

    nonce: str
    action: str
    alert_ids: Sequence[UUID]
    member_id: str
    member_name: str


class _Instant(Clock):
    def __init__(self, at: datetime) -> None:
        self._seconds = at.timestamp()

    def now(self) -> float:
        return self._seconds


def check(body: bytes, headers: Mapping[str, str], *, at: datetime) -> str:
    """Return the signature of a request that Slack signed within five minutes. Raises SignatureInvalidError."""
    signature = headers.get(SIGNATURE_HEADER, "")
    verifier = SignatureVerifier(settings.SLACK_SIGNING_SECRET, clock=_Instant(at))
    try:
        is_genuine = verifier.is_valid(body, headers.get(TIMESTAMP_HEADER, ""), signature)
    except (ValueError, TypeError, OverflowError):
        # A timestamp that is no number or an endless one, a body or signature that is no text.
        is_genuine = False
    if not is_genuine:
        raise SignatureInvalidError(
            "The request is not signed by Slack, or was signed too long ago"
        )
    return signature


def press_of(body: bytes, *, signature: str) -> Press | None:
    """Return what was pressed, None for a button that is none of ours, such as a link. Raises InvalidInputError."""
    payload = _payload(body)
    if payload.get("type") != "block_actions":
        return None
    try:
        action = payload["actions"][0]
        name = str(action["action_id"]).partition(":")[0]
        if name not in _ACTIONS:
            return None
        ids = [UUID(text) for text in str(action["value"]).split(",")[:_MOST_ALERTS]]
        member = payload["user"]
        member_id = str(member["id"])
        shown = str(member.get("name") or member.get("username") or member_id)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise InvalidInputError("The payload does not say what was pressed by whom") from None
    return Press(f"slack:{signature}", name, ids, member_id, shown)


def _payload(body: bytes) -> dict[str, Any]:
    try:
        form = parse_qs(body.decode(), strict_parsing=True)
        payload = json.loads(form["payload"][0])
    except (ValueError, KeyError):
        raise InvalidInputError("The body is no form with a payload of JSON") from None
    if not isinstance(payload, dict):
        raise InvalidInputError("The payload is no JSON object")
    return payload
