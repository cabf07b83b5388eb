"""The PagerDuty channel: Events API v2; one alert is one incident there, whatever happens to it here.

Source: PagerDuty, "Events API v2": trigger, acknowledge and resolve by one dedup_key.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings

from alerts import headlines, wording
from alerts.channels.answers import ask, refusal, text_of, visible_line
from alerts.channels.base import DeliveryError, Receipt, Rendering
from alerts.messages import Message
from alerts.models.notification import Kind
from monitoring.outbound import Answer, Deadline

RECIPIENT = "default"
"""Stands for the routing key, which is a secret and so is no recipient to write down."""
_ACTIONS: Mapping[str, Sequence[str]] = {
    Kind.RESOLVED: ("resolve",),
    Kind.ACKNOWLEDGED: ("acknowledge",),
    Kind.TEST: ("trigger", "resolve"),  # nothing stays open that nobody will close
}
_TRIGGER = ("trigger",)
_SEVERITIES = {"critical": "critical", "warning": "warning", "info": "info"}
_LONGEST_SUMMARY = 1_024


class PagerDutyChannel:
    """Events to the integration whose routing key is PAGERDUTY_ROUTING_KEY."""

    name: ClassVar[str] = "pagerduty"
    bundles: ClassVar[bool] = False
    follows: ClassVar[bool] = True

    def missing(self) -> Sequence[str]:
        """Name the key if it is not set."""
        return [] if settings.PAGERDUTY_ROUTING_KEY else ["PAGERDUTY_ROUTING_KEY"]

    def recipients(self) -> Sequence[str]:
        """Return the one integration, without its key."""
        return [RECIPIENT]

    def render(self, message: Message) -> Rendering:
        """Return the events, without the key."""
        return Rendering({"events": [_event(message, action) for action in _actions(message)]})

    def send(self, message: Message, deadline: Deadline) -> Receipt:
        """Send what the message means there; a repeat joins the same incident."""
        if message.recipient != RECIPIENT:
            raise DeliveryError("PagerDuty has one recipient here: default", permanent=True)
        receipts = [
            _enqueue(_event(message, each), message, deadline) for each in _actions(message)
        ]
        return receipts[0]


def _actions(message: Message) -> Sequence[str]:
    return _ACTIONS.get(message.kind, _TRIGGER)


def _enqueue(event: Mapping[str, Any], message: Message, deadline: Deadline) -> Receipt:
    document = {**event, "routing_key": settings.PAGERDUTY_ROUTING_KEY}
    answer = ask(
        settings.PAGERDUTY_EVENTS_URL,
        deadline=deadline,
        headers={"Content-Type": "application/json", "Accept": "application/json"},
        body=json.dumps(document, allow_nan=False).encode(),
    )
    if answer.status != 202:
        if 200 <= answer.status < 300:
            raise DeliveryError(f"HTTP {answer.status} is no answer of PagerDuty", in_doubt=True)
        raise refusal(answer.status, answer.headers, text_of(answer), at=message.at)
    return _receipt(answer, str(event["dedup_key"]))


def _receipt(answer: Answer, dedup_key: str) -> Receipt:
    """Return the receipt if the answer names the event that was sent: a proxy says 202 as well."""
    try:
        said = json.loads(answer.body)
        named = said["dedup_key"]
    except (ValueError, KeyError, TypeError):
        raise DeliveryError("PagerDuty's answer cannot be read", in_doubt=True) from None
    if named != dedup_key:
        raise DeliveryError("PagerDuty's answer is about another event", in_doubt=True)
    return Receipt(reference=dedup_key, reply=visible_line(f"HTTP 202: {said.get('message', '')}"))


def _event(message: Message, action: str) -> dict[str, Any]:
    """Return one event without its routing key."""
    event: dict[str, Any] = {"event_action": action, "dedup_key": str(message.alert_id)}
    if action == "trigger":
        event |= {"client": settings.SERVICE_NAME, "payload": _payload(message)}
        url = message.content.alert_url
        if url:
            event |= {"client_url": url, "links": [{"href": url, "text": "Open the alert"}]}
    return event


def _payload(message: Message) -> dict[str, Any]:
    content = message.content
    facts = {fact.name: fact.text for fact in wording.facts(content)}
    since = content.started_at or message.at
    named = {
        "component": content.service,
        "group": content.rule,
        "class": content.metric,
    }
    return {
        "summary": headlines.headline(message)[:_LONGEST_SUMMARY],
        "source": content.service or settings.SERVICE_NAME,
        "severity": _SEVERITIES.get(content.severity, "error"),
        "timestamp": since.isoformat(),
        "custom_details": {"description": content.description, **facts},
        **{name: text for name, text in named.items() if text},
    }


CHANNEL = PagerDutyChannel()
