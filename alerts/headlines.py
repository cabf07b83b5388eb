"""The words of a whole message, of whatever kind and for however many alerts; pure, and in need of no template."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from alerts.messages import Content, Message
from alerts.models.notification import Kind
from alerts.wording import facts, one_line, span, subject, what

_RANK = {"critical": 0, "warning": 1}
_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class ActionLinks:
    """Where a person acts without a token; empty where there is nothing to do."""

    acknowledge: str = ""
    resolve: str = ""


def severity(message: Message) -> str:
    """Return the worst severity of all that the message speaks for."""
    return min((each.severity for each in message.contents), key=lambda word: _RANK.get(word, 2))


def headline(message: Message) -> str:
    """Return the one line that must get through, such as `[critical] service_down: payment-service (firing)`."""
    contents = message.contents
    if len(contents) > 1:
        return one_line(f"[{severity(message)}] {_what_they_are(contents)}")
    content = message.content
    standing = _STANDINGS.get(message.kind)
    if standing is None:
        return subject(content)
    return one_line(f"[{content.severity}] {what(content)} ({standing(message)})")


def lead(message: Message) -> str:
    """Return the sentence that says why this message comes, empty where its headline says it all."""
    leads = {
        Kind.ESCALATION: f"Nobody has acknowledged this {_waiting(message)}. It is now your turn to look.",
        Kind.ACKNOWLEDGED: f"{_taker(message.content)} has taken this alert; its escalation has stopped.",
        Kind.REMINDER: f"{_taker(message.content)} took this alert {_taken_for(message)}, and it still fires.",
        Kind.TEST: "A test that a person asked for: messages of this channel arrive. There is nothing to do.",
    }
    return one_line(leads.get(Kind(message.kind), "")) if message.kind in Kind.values else ""


def plain_text(message: Message, links: ActionLinks = ActionLinks()) -> str:
    """Return the whole message as lines of text; it needs no template and so cannot break."""
    lines = [headline(message), ""]
    said = lead(message)
    if said:
        lines += [said, ""]
    for content in message.contents:
        lines += _about(content, is_alone=not message.members)
    if links.acknowledge:
        lines.append(f"Acknowledge: {links.acknowledge}")
    if links.resolve:
        lines.append(f"Resolve: {links.resolve}")
    return "\n".join(lines).rstrip("\n") + "\n"


def _about(content: Content, *, is_alone: bool) -> list[str]:
    lines = [] if is_alone else [subject(content)]
    if content.description:
        lines += [content.description, ""] if is_alone else [content.description]
    lines += [f"{fact.name}: {fact.text}" for fact in facts(content)]
    if content.alert_url:
        lines += (
            ["", f"Alert: {content.alert_url}"] if is_alone else [f"Alert: {content.alert_url}"]
        )
    return lines if is_alone else [*lines, ""]


def _what_they_are(contents: Sequence[Content]) -> str:
    """Return such as `service_down: 12 firing (auth, payment, order and 9 more)`."""
    counts = Counter(content.state for content in contents)
    standing = ", ".join(f"{number} {state}" for state, number in counts.most_common())
    titles = list(dict.fromkeys(content.title for content in contents))
    if len(titles) == 1:
        services = list(dict.fromkeys(content.service for content in contents if content.service))
        return f"{titles[0]}: {standing}{_in_brackets(services)}"
    return f"{len(contents)} alerts: {standing}{_in_brackets(titles)}"


def _in_brackets(names: Sequence[str]) -> str:
    if not names:
        return ""
    more = len(names) - _MOST_NAMES
    listed = ", ".join(names[:_MOST_NAMES])
    return f" ({listed} and {more} more)" if more > 0 else f" ({listed})"


def _escalated(message: Message) -> str:
    return f"not acknowledged, step {message.step}" if message.step else "not acknowledged"


def _taken(message: Message) -> str:
    return f"acknowledged by {_taker(message.content)}"


def _still_firing(message: Message) -> str:
    return f"still firing, acknowledged by {_taker(message.content)}"


_STANDINGS: dict[str, Callable[[Message], str]] = {
    Kind.ESCALATION: _escalated,
    Kind.ACKNOWLEDGED: _taken,
    Kind.REMINDER: _still_firing,
    Kind.TEST: lambda _: "test",
}


def _taker(content: Content) -> str:
    return content.acknowledged_by or "Somebody"


def _waiting(message: Message) -> str:
    since = message.content.fired_at or message.content.started_at
    return f"for {span(message.at - since)}" if since else "yet"


def _taken_for(message: Message) -> str:
    since = message.content.acknowledged_at
    return f"{span(max(message.at - since, timedelta()))} ago" if since else "some time ago"
