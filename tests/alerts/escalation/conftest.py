"""Channels that are under control."""

import pytest

from alerts.channels import registry
from tests.alerts.delivery.fakes import FakeChannel


@pytest.fixture
def channels(monkeypatch: pytest.MonkeyPatch) -> dict[str, FakeChannel]:
    """E-mail, Slack and SMS, with a recipient of their own each."""
    found = {
        "email": FakeChannel("email", ["ops@example.org"]),
        "slack": FakeChannel("slack", ["C0ALERTS"]),
        "sms": FakeChannel("sms", ["+490000000"]),
    }
    monkeypatch.setattr(registry, "CHANNELS", found)
    return found
