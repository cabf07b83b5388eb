"""Which channels there are."""

import pytest
from pytest_django import Settings

from alerts.channels import registry


@pytest.fixture(autouse=True)
def settled(settings: Settings) -> None:
    settings.SMTP_HOST, settings.ALERT_TO_EMAIL = "smtp.example.org", ["ana@example.org"]
    settings.ALERT_WEBHOOK_URL = ""


def test_a_channel_is_found_by_its_file() -> None:
    known = {"email", "pagerduty", "slack", "sms", "stream", "webhook"}
    assert known <= set(registry.CHANNELS)
    assert all(name == channel.name for name, channel in registry.CHANNELS.items())


def test_only_what_has_its_settings_is_configured(settings: Settings) -> None:
    assert registry.for_people() == ["email"]

    settings.ALERT_WEBHOOK_URL = "https://hooks.example.org/"
    assert registry.for_people() == ["email", "webhook"]


def test_the_stream_is_configured_and_yet_wakes_nobody(settings: Settings) -> None:
    settings.KAFKA_BROKERS, settings.NOTIFY_MODE = ["127.0.0.1:9092"], "both"

    assert "stream" in registry.configured()
    assert "stream" not in registry.for_people()


def test_why_a_channel_cannot_be_used_is_said(settings: Settings) -> None:
    settings.SMTP_HOST, settings.ALERT_TO_EMAIL = "", []

    assert registry.why_unusable("email") == "not configured: SMTP_HOST, ALERT_TO_EMAIL not set"
    assert registry.why_unusable("webhook") == "not configured: ALERT_WEBHOOK_URL not set"
    assert registry.why_unusable("pigeon") == "there is no channel 'pigeon'"


def test_a_channel_that_can_be_used_needs_no_reason() -> None:
    assert registry.why_unusable("email") == ""
