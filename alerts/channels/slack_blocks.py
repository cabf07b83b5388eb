"""How a message looks in Slack: text in its markup, buttons where there is something to do; pure.

Limits, as Slack documents them: 3,000 characters a section, 50 blocks, 2,000 characters in the value of a button.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from alerts.headlines import ActionLinks
from alerts.messages import Message
from alerts.models.notification import Kind

LONGEST_SECTION = 3_000
_MOST_SECTIONS = 4  # of 3,000 characters: all blocks of a message together may have some 13,000
_IDS_A_BUTTON = 50
_TO_ACKNOWLEDGE = frozenset({Kind.FIRING, Kind.ESCALATION})
_TO_RESOLVE = frozenset({*_TO_ACKNOWLEDGE, Kind.ACKNOWLEDGED, Kind.REMINDER})
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MORE = "\n… and more"


def escape(value: Any) -> Any:
    """Return the value with all texts in it as Slack wants them: no label mentions a channel or makes a link."""
    if isinstance(value, str):
        return value.translate(_ENTITIES)
    if isinstance(value, Mapping):
        return {name: escape(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [escape(each) for each in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: escape(getattr(value, each.name)) for each in fields(value)}
    return value


def blocks(
    text: str, message: Message, links: ActionLinks, *, has_door: bool
) -> list[dict[str, Any]]:
    """Return the blocks: the text in sections, then buttons.

    `has_door`: what is pressed comes back to this service; without it, the buttons are links that act.
    """
    sections = [
        {"type": "section", "text": {"type": "mrkdwn", "text": part}} for part in _sections(text)
    ]
    elements = _pressed(message) if has_door else _followed(links)
    return [*sections, {"type": "actions", "elements": elements}] if elements else sections


def _sections(text: str) -> list[str]:
    """Cut the text at line ends into pieces that fit; what is too much for a message is said to be left out."""
    parts = [""]
    for line in text.strip("\n").split("\n"):
        piece = line[: LONGEST_SECTION - len(_MORE)]
        longer = f"{parts[-1]}\n{piece}" if parts[-1] else piece
        if len(longer) <= LONGEST_SECTION - len(_MORE):
            parts[-1] = longer
        elif len(parts) == _MOST_SECTIONS:
            parts[-1] += _MORE
            break
        else:
            parts.append(piece)
    return parts


def _pressed(message: Message) -> list[dict[str, Any]]:
    ids = alert_ids(message)
    chunks = [ids[start : start + _IDS_A_BUTTON] for start in range(0, len(ids), _IDS_A_BUTTON)]
    elements = []
    if message.kind in _TO_ACKNOWLEDGE:
        elements += [_button("acknowledge", chunk, ids, "primary") for chunk in chunks]
    if message.kind in _TO_RESOLVE and len(ids) == 1:
        elements.append(_button("resolve", ids, ids, "danger"))
    return elements


def alert_ids(message: Message) -> Sequence[str]:
    """Return the ids of all alerts that the message speaks for, its own first."""
    own = str(message.alert_id)
    others = (str(payload.get("alert_id") or "") for payload in message.members)
    return list(dict.fromkeys([own, *filter(None, others)]))


def _button(action: str, ids: Sequence[str], of: Sequence[str], style: str) -> dict[str, Any]:
    label = action.capitalize()
    if len(of) > 1:
        label = f"{label} {of.index(ids[0]) + 1}-{of.index(ids[-1]) + 1}"
    return {
        "type": "button",
        "action_id": f"{action}:{of.index(ids[0])}",  # one message may not have an action twice
        "value": ",".join(ids),
        "style": style,
        "text": {"type": "plain_text", "text": label},
    }


def _followed(links: ActionLinks) -> list[dict[str, Any]]:
    named = {"Acknowledge": links.acknowledge, "Resolve": links.resolve}
    return [
        {
            "type": "button",
            "action_id": f"open:{label.lower()}",
            "url": url,
            "text": {"type": "plain_text", "text": label},
        }
        for label, url in named.items()
        if url
    ]
