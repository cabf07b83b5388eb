"""Each channel over HTTP with a provider of the test in the place of the real one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from pytest_django import Settings

from alerts.channels import registry
from alerts.channels.base import DeliveryError, Receipt
from alerts.messages import Message
from monitoring.outbound import Deadline
from tests.alerts.channels.provider import Provider, Reply, reply
from tests.alerts.channels.writing import message
from tests.monitoring.raw_peer import RawPeer

TOKEN = "xoxb-secret-token"
AUTH_TOKEN = "twilio-auth-secret"
ROUTING_KEY = "pagerduty-routing-key"
RECIPIENTS = {
    "slack": "C012AB3CD",
    "sms": "+4915112345678",
    "pagerduty": "default",
}
TAKEN: dict[str, bytes] = {
    "slack": reply("200 OK", {"ok": True, "channel": "C012AB3CD", "ts": "1736683500.000100"}),
    "sms": reply("201 Created", {"sid": "SM1", "status": "queued", "error_code": None}),
    "pagerduty": reply(
        "202 Accepted",
        {
            "status": "success",
            "message": "Event processed",
            "dedup_key": "00000000-0000-0000-0000-000000000007",
        },
    ),
}


def set_up(settings: Settings, port: int = 9) -> None:
    """Configure the three channels for providers on a port of this machine."""
    host = f"http://127.0.0.1:{port}"
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
    settings.SLACK_TOKEN, settings.SLACK_ALERTS_CHANNEL = TOKEN, RECIPIENTS["slack"]
    settings.SLACK_API_URL, settings.SLACK_SIGNING_SECRET = f"{host}/api", ""
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", AUTH_TOKEN
    settings.TWILIO_FROM_NUMBER, settings.TWILIO_MESSAGING_SERVICE_SID = "+15005550006", ""
    settings.TWILIO_API_URL, settings.ALERT_TO_PHONE = host, [RECIPIENTS["sms"]]
    settings.PAGERDUTY_ROUTING_KEY = ROUTING_KEY
    settings.PAGERDUTY_EVENTS_URL = f"{host}/v2/enqueue"


@contextmanager
def provider(settings: Settings, *replies: Reply) -> Iterator[Provider]:
    """Run a provider, with all channels set up for it."""
    played = Provider(replies)
    with RawPeer(played.script) as peer:
        set_up(settings, peer.port)
        yield played


def send(name: str, sent: Message | None = None, *, seconds: float = 5.0) -> Receipt:
    """Send a message by a channel, by default one of a firing alert."""
    channel = registry.CHANNELS[name]
    return channel.send(sent or message(RECIPIENTS[name]), Deadline(seconds))


def refusal(
    settings: Settings,
    name: str,
    replies: Reply | Sequence[Reply],
    sent: Message | None = None,
    *,
    seconds: float = 5.0,
) -> DeliveryError:
    """Return the error that a message ends with."""
    several = [replies] if isinstance(replies, bytes) or callable(replies) else list(replies)
    with provider(settings, *several), pytest.raises(DeliveryError) as caught:
        send(name, sent, seconds=seconds)
    return caught.value


def outcome(error: DeliveryError) -> tuple[Any, ...]:
    """Return what the delivery goes by."""
    return (error.permanent, error.in_doubt, error.retry_after_seconds)
