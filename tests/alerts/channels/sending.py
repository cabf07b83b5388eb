"""Sends a message by e-mail to a peer of the test."""

import pytest
from pytest_django import Settings

from alerts.channels.base import DeliveryError, Receipt
from alerts.channels.email import EmailChannel
from monitoring.outbound import Deadline
from tests.alerts.channels.writing import message
from tests.monitoring.raw_peer import RawPeer, Script


def send(
    settings: Settings, port: int, *, seconds: float = 5.0, to: str = "ana@example.org"
) -> Receipt:
    """Send one mail to a server on that port."""
    settings.SMTP_PORT = port
    return EmailChannel().send(message(to), Deadline(seconds))


def refusal(settings: Settings, script: Script, *, seconds: float = 5.0) -> DeliveryError:
    """Return the error that a server ends with which plays the script."""
    with RawPeer(script) as peer, pytest.raises(DeliveryError) as caught:
        send(settings, peer.port, seconds=seconds)
    return caught.value
