"""What Slack's refusals mean; pure but for the secrets that it hides. Slack says no with HTTP 200 and `ok: false`."""

import json
from datetime import datetime
from typing import Any

from alerts.channels.answers import refusal, text_of, visible_line
from alerts.channels.base import DeliveryError
from monitoring.outbound import Answer

# About this moment, not about the message. Source: Slack, "chat.postMessage", "Errors".
TEMPORARY = frozenset(
    {
        "accesslimited",
        "message_limit_exceeded",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    }
)
# "It's possible some aspect of the operation succeeded before the error was raised."
IN_DOUBT = frozenset({"fatal_error", "internal_error"})
# The message as it was built, not what it says: it is sent again as plain text.
MALFORMED = frozenset(
    {
        "attachment_payload_limit_exceeded",
        "blocks_too_long",
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "msg_blocks_too_long",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "msg_too_long",
        "too_many_attachments",
    }
)
# The first message cannot be changed, so there will be another.
UNEDITABLE = frozenset(
    {
        "cant_update_message",
        "channel_not_found",
        "edit_window_closed",
        "message_not_found",
        "not_in_channel",
        "thread_not_found",
    }
)


def error_word(answer: Answer | None) -> str:
    """Return the word for what is wrong, as in `{"ok": false, "error": "channel_not_found"}`; empty without one."""
    if answer is None or answer.status != 200:
        return ""
    said = _object_of(answer)
    word = said.get("error")
    return word if said.get("ok") is False and isinstance(word, str) else ""


def judge(answer: Answer | None, *, at: datetime) -> DeliveryError:
    """Return what an answer means that is no yes: a word of Slack's, another status, or nothing that can be read."""
    if answer is None:
        return DeliveryError("Slack was not asked")
    if not 200 <= answer.status < 300:
        return refusal(answer.status, answer.headers, text_of(answer), at=at)
    word = error_word(answer)
    if not word:
        return DeliveryError("Slack's answer cannot be read", in_doubt=True)
    details = _object_of(answer).get("response_metadata")
    messages = details.get("messages") if isinstance(details, dict) else None
    reason = f"Slack: {word} {' '.join(map(str, messages)) if isinstance(messages, list) else ''}"
    if word in IN_DOUBT:
        return DeliveryError(visible_line(reason), in_doubt=True)
    return DeliveryError(visible_line(reason), permanent=word not in TEMPORARY)


def _object_of(answer: Answer) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
