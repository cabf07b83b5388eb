"""The Slack channel: one message for each alert, changed in place as the alert goes on, its history in the thread."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from django.conf import settings
from slack_sdk.errors import SlackClientError
from slack_sdk.web import SlackResponse

from alerts import headlines, wording
from alerts.channels import slack_blocks
from alerts.channels.base import DeliveryError, Receipt, Rendering
from alerts.channels.rendering import context_of, render
from alerts.channels.slack_client import OutboundWebClient
from alerts.channels.slack_verdict import MALFORMED, UNEDITABLE, error_word, judge
from alerts.messages import Message
from monitoring.outbound import Deadline

TEMPLATE = "chat/alert.txt"
_EVENT_TYPE = "alert_message"
_LOOKED_AT = (
    50  # newest messages of a channel that are looked through for one whose answer never came
)
_LONGEST_FALLBACK = 3_000


class SlackChannel:
    """Messages of the bot of SLACK_TOKEN to SLACK_ALERTS_CHANNEL, or to a person by their member id."""

    name: ClassVar[str] = "slack"
    bundles: ClassVar[bool] = True
    follows: ClassVar[bool] = True

    def missing(self) -> Sequence[str]:
        """Name the token or the channel if they are not set; buttons that come back also need the signing secret."""
        needed = {
            "SLACK_TOKEN": settings.SLACK_TOKEN,
            "SLACK_ALERTS_CHANNEL": settings.SLACK_ALERTS_CHANNEL,
        }
        return [name for name, value in needed.items() if not value]

    def recipients(self) -> Sequence[str]:
        """Return the one channel."""
        return [settings.SLACK_ALERTS_CHANNEL]

    def render(self, message: Message) -> Rendering:
        """Return the text for notifications and the blocks."""
        written = write(message)
        return Rendering({"text": written.text, "blocks": written.blocks}, written.problems)

    def send(self, message: Message, deadline: Deadline) -> Receipt:
        """Post the message, or change the first one about the alert and say in its thread what has changed."""
        slack = OutboundWebClient(deadline)
        written = write(message)
        first = Reference.read(message.first_reference)
        try:
            if first is not None and not message.members and _follow(slack, first, written):
                return Receipt(str(first), "ok: changed in place")
            return _post(slack, message, written)
        except DeliveryError:
            raise
        except (SlackClientError, KeyError, TypeError, ValueError, AttributeError):
            raise judge(slack.answer, at=message.at) from None


@dataclass(frozen=True, slots=True)
class Written:
    """A message in Slack's words."""

    text: str
    """What notifications and readers of screens say; and the whole message, where blocks are refused."""
    plain: str
    blocks: list[dict[str, Any]]
    problems: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a message is, as Slack has it; written down as `<channel>:<timestamp>`, `+<n>` for n further alerts."""

    channel: str
    timestamp: str
    others: int = 0

    @classmethod
    def read(cls, text: str) -> Self | None:
        """Return the reference that a receipt holds, None if it is none of Slack."""
        where, _, others = text.partition("+")
        channel, _, timestamp = where.partition(":")
        if not channel or not timestamp:
            return None
        return cls(channel, timestamp, int(others) if others.isdecimal() else 0)

    def __str__(self) -> str:
        where = f"{self.channel}:{self.timestamp}"
        return f"{where}+{self.others}" if self.others else where


def write(message: Message) -> Written:
    """Return the message; a broken template is replaced by words that need none."""
    context = context_of(message)
    rendered = render(
        TEMPLATE,
        {**slack_blocks.escape(context), "links": context["links"]},
        needs=slack_blocks.escape(wording.one_line(message.content.title)),
    )
    plain = slack_blocks.escape(headlines.plain_text(message, context["links"]))
    text = rendered.text or plain
    has_door = bool(settings.SLACK_SIGNING_SECRET)
    return Written(
        text=slack_blocks.escape(context["subject"]),
        plain=plain[:_LONGEST_FALLBACK],
        blocks=slack_blocks.blocks(text, message, context["links"], has_door=has_door),
        problems=[rendered.problem] if rendered.problem else [],
    )


def _post(slack: OutboundWebClient, message: Message, written: Written) -> Receipt:
    metadata = {"event_type": _EVENT_TYPE, "event_payload": {"dedup_key": message.dedup_key}}
    found = _posted_before(slack, message) if message.in_doubt else None
    if found is not None:
        return Receipt(str(found), "ok: found, an earlier try had arrived")
    try:
        answer = slack.chat_postMessage(
            channel=message.recipient,
            text=written.text,
            blocks=written.blocks,
            metadata=metadata,
            unfurl_links=False,
        )
    except SlackClientError:
        if error_word(slack.answer) not in MALFORMED:
            raise
        answer = slack.chat_postMessage(
            channel=message.recipient, text=written.plain, unfurl_links=False
        )
    channel, timestamp = answer.get("channel"), answer.get("ts")
    if not channel or not timestamp:
        raise DeliveryError("Slack's answer does not say where the message is", in_doubt=True)
    return Receipt(str(Reference(channel, timestamp, len(message.members))), "ok: posted")


def _follow(slack: OutboundWebClient, first: Reference, written: Written) -> bool:
    """Change the first message and add a line to its thread; False if it cannot be changed any more.

    A first message that speaks for several alerts is left as it is: the others go on.
    """
    try:
        if not first.others:
            slack.chat_update(
                channel=first.channel, ts=first.timestamp, text=written.text, blocks=written.blocks
            )
        slack.chat_postMessage(
            channel=first.channel, thread_ts=first.timestamp, text=written.text, unfurl_links=False
        )
    except SlackClientError:
        if error_word(slack.answer) in UNEDITABLE | MALFORMED:
            return False
        raise
    return True


def _posted_before(slack: OutboundWebClient, message: Message) -> Reference | None:
    """Look for the message of an earlier try; None also where the bot may not read the channel."""
    try:
        history = slack.conversations_history(
            channel=message.recipient, limit=_LOOKED_AT, include_all_metadata=True
        )
    except SlackClientError:
        return None
    return next(
        (
            Reference(message.recipient, each["ts"], len(message.members))
            for each in _messages(history)
            if _dedup_key(each) == message.dedup_key
        ),
        None,
    )


def _messages(history: SlackResponse) -> Sequence[Mapping[str, Any]]:
    return history.get("messages") or []


def _dedup_key(posted: Mapping[str, Any]) -> str:
    payload = (posted.get("metadata") or {}).get("event_payload") or {}
    return str(payload.get("dedup_key", ""))


CHANNEL = SlackChannel()
