"""Channels that are under control, and a message that is owed."""

import pytest

from alerts.channels import registry
from alerts.models import Notification
from alerts.models.notification import Kind
from alerts.outbox import owe
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.factories import NOON, AlertFactory


@pytest.fixture
def email(monkeypatch: pytest.MonkeyPatch) -> FakeChannel:
    """The only channel there is, unless the test asks for more."""
    channel = FakeChannel("email")
    monkeypatch.setattr(registry, "CHANNELS", {"email": channel})
    return channel


@pytest.fixture
def webhook(email: FakeChannel, monkeypatch: pytest.MonkeyPatch) -> FakeChannel:
    """A second channel."""
    channel = FakeChannel("webhook", ["https://hooks.example.org/"])
    monkeypatch.setitem(registry.CHANNELS, "webhook", channel)
    return channel


@pytest.fixture
def row(email: FakeChannel) -> Notification:
    """One message that is owed."""
    alert = AlertFactory.create(transition_seq=1)
    return owe(alert, kind=Kind.FIRING, channels=["email"], at=NOON)[0]
