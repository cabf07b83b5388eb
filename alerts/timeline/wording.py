"""The words of a timeline, one line for each thing that happened. Pure: no Django, no clock, no database."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from alerts.wording import one_line

_LONGEST_VALUE = 120  # signs of a field's old and new value: a post-mortem would fill the page
_PHONE = re.compile(r"\+[0-9]{7,15}")

_SAID = {
    "fired": "fires",
    "resolved": "is over",
    "acknowledged": "acknowledged",
    "unacknowledged": "nobody has it any more",
    "reminded": "who acknowledged it was reminded",
    "escalated": "escalated",
    "exhausted": "the escalation chain ended and nobody had acknowledged",
    "hidden": "its messages are held back",
    "released": "its messages are no longer held back",
}
_OF_INCIDENT = {
    "opened": "incident opened",
    "linked": "joined the incident",
    "unlinked": "taken out of the incident",
}
# What the writers of events note beside them, in the order in which a reader wants it.
_NOTED = {
    "value": "value {}",
    "step": "step {}",
    "who": "to {}",
    "channels": "through {}",
    "lateness_seconds": "{} s late",
    "messages": "{} messages",
    "by": "by {}",
    "had": "was {}",
    "reason": "because: {}",
    "note": "note: {}",
}


def event_text(kind: str, detail: Mapping[str, Any], *, subject: str = "", actor: str = "") -> str:
    """Return what an event says; `subject` is the title of its alert, empty if it is about the incident.

    Who it was stands beside the text, so a note that names nobody but the `actor` is left out.
    """
    if kind == "noted":
        return one_line(str(detail.get("text", "")))
    if kind == "moved":
        return f"status: {detail.get('from', '')} → {detail.get('to', '')}"
    if kind == "edited":
        return _edits(detail)
    what = str(detail.get("title") or subject)
    said = _OF_INCIDENT.get(kind) or _SAID.get(kind) or kind
    text = f"{one_line(what)}: {said}" if what else said
    return f"{text}{_notes(detail, actor)}" if kind in _SAID else text


def attempt_text(*, kind: str, recipient: str, outcome: str, detail: str, subject: str) -> str:
    """Return what became of one try to send a message of a kind, such as `firing`."""
    outcomes = {
        "sent": "sent",
        "transient": "not sent, tried again later",
        "unknown": "handed over without an answer, tried again later",
        "permanent": "refused for good",
        "fenced": "finished after another sender had taken over",
    }
    reply = f" ({one_line(detail)})" if detail and outcome != "sent" else ""
    return f"{_message(kind, subject, recipient)} {outcomes.get(outcome, outcome)}{reply}"


def settled_text(*, kind: str, recipient: str, status: str, reason: str, subject: str) -> str:
    """Return what became of a message without a try of its own."""
    ends = {
        "sent": "sent within the message of another alert",
        "failed": "refused for good",
        "dead": "given up",
        "superseded": "not sent: overtaken by what happened later",
        "suppressed": "not sent",
    }
    why = f" ({one_line(reason)})" if reason else ""
    return f"{_message(kind, subject, recipient)} {ends.get(status, status)}{why}"


def receipt_text(*, kind: str, recipient: str, status: str, detail: str, subject: str) -> str:
    """Return what a provider reported about a message that it had taken."""
    more = f" ({one_line(detail)})" if detail else ""
    return f"{_message(kind, subject, recipient)} reported as {one_line(status)}{more}"


def shown_recipient(recipient: str) -> str:
    """Return a recipient as any role may see it: the host of a URL, which may hold a key, the end of a phone number."""
    if "://" in recipient:
        try:
            return urlsplit(recipient).hostname or "a URL"
        except ValueError:
            return "a URL"
    if _PHONE.fullmatch(recipient):
        return f"…{recipient[-3:]}"
    return one_line(recipient)


def _message(kind: str, subject: str, recipient: str) -> str:
    to = f" to {shown_recipient(recipient)}" if recipient else ""
    return f"{one_line(subject)}: {kind} message{to}"


def _notes(detail: Mapping[str, Any], actor: str) -> str:
    notes = [
        text.format(_value(detail[name]))
        for name, text in _NOTED.items()
        if detail.get(name) not in (None, "", []) and not _says_nothing(name, detail[name], actor)
    ]
    return f", {', '.join(notes)}" if notes else ""


def _says_nothing(name: str, value: Any, actor: str) -> bool:
    """Tell what a reader knows anyway: the name beside the line, and that a step was on time."""
    return (name == "by" and value == actor) or (name == "lateness_seconds" and value < 1)


def _edits(detail: Mapping[str, Any]) -> str:
    before, after = detail.get("before", {}), detail.get("after", {})
    return "; ".join(
        f"{name}: {_value(before.get(name)) or 'none'} → {_value(after[name]) or 'none'}"
        for name in sorted(after)
    )


def _value(value: Any) -> str:
    """Return a value within a line, shortened; a recipient within a detail is shown as others are."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    text = shown_recipient(str(value))
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
