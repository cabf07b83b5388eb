"""Settings of alerting that contradict each other are named before the service starts."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from alerts.checks import check_channels, check_stream
from tests.alerts.channels.sending_http import set_up


@pytest.fixture(autouse=True)
def configured(settings: Settings) -> None:
    set_up(settings)
    settings.KAFKA_BROKERS, settings.NOTIFY_MODE = ["127.0.0.1:9092"], "both"
    settings.NOTIFICATION_SEND_TIMEOUT = timedelta(seconds=8)


def test_what_is_set_up_in_full_is_fine() -> None:
    assert check_stream(None) == []
    assert check_channels(None) == []


@pytest.mark.parametrize(
    ("mode", "brokers", "ids"),
    [
        ("stream", [], ["alerts.E001"]),
        ("both", [], []),
        ("direct", [], []),
        ("stream", ["127.0.0.1:9092"], []),
    ],
)
def test_a_mode_in_which_nobody_is_told_is_refused(
    settings: Settings, mode: str, brokers: list[str], ids: list[str]
) -> None:
    settings.NOTIFY_MODE, settings.KAFKA_BROKERS = mode, brokers

    assert [found.id for found in check_stream(None)] == ids


@pytest.mark.parametrize(
    ("seconds", "mode", "ids"),
    [(6.9, "both", ["alerts.W001"]), (7, "both", []), (1, "direct", [])],
)
def test_a_send_that_ends_before_the_brokers_do_is_warned_of(
    settings: Settings, seconds: float, mode: str, ids: list[str]
) -> None:
    settings.NOTIFICATION_SEND_TIMEOUT, settings.NOTIFY_MODE = timedelta(seconds=seconds), mode

    assert [found.id for found in check_stream(None)] == ids


@pytest.mark.parametrize(
    ("emptied", "ids"),
    [
        (["SLACK_TOKEN"], ["alerts.W002"]),
        (["SLACK_ALERTS_CHANNEL"], ["alerts.W002"]),
        (["SLACK_TOKEN", "SLACK_ALERTS_CHANNEL"], []),
        (["ALERT_TO_PHONE"], ["alerts.W002"]),
        (["TWILIO_FROM_NUMBER"], ["alerts.W002"]),
        (["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "ALERT_TO_PHONE"], []),
    ],
)
def test_a_channel_that_is_set_up_by_half_is_warned_of(
    settings: Settings, emptied: list[str], ids: list[str]
) -> None:
    for name in emptied:
        setattr(settings, name, "")

    assert [found.id for found in check_channels(None)] == ids


def test_buttons_without_messages_are_warned_of(settings: Settings) -> None:
    settings.SLACK_SIGNING_SECRET = "secret"
    settings.SLACK_TOKEN = settings.SLACK_ALERTS_CHANNEL = ""

    assert [found.id for found in check_channels(None)] == ["alerts.W003"]
