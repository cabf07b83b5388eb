"""System checks of alerting: settings that contradict each other. `manage.py check` runs them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

# The Kafka driver's own waits: to connect, and for the brokers to confirm.
_STREAM_NEEDS = timedelta(seconds=7)
_GROUPS = {
    "Slack": ("SLACK_TOKEN", "SLACK_ALERTS_CHANNEL"),
    "Twilio": ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "ALERT_TO_PHONE"),
}


def register_checks() -> None:
    """Make `manage.py check` run the checks of this file."""
    register(check_stream)
    register(check_channels)


def check_stream(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Refuse a mode in which nobody would ever be told."""
    del app_configs
    return list(_stream_problems())


def check_channels(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Warn of a channel that is set up by half: it is disabled, and somebody may think that it is not."""
    del app_configs
    return [*_halves(), *_buttons()]


def _stream_problems() -> Iterator[CheckMessage]:
    if settings.NOTIFY_MODE == "stream" and not settings.KAFKA_BROKERS:
        yield Error(
            "NOTIFY_MODE is stream, but KAFKA_BROKERS is empty: nobody would be told of any alert.",
            hint="Set KAFKA_BROKERS, or NOTIFY_MODE=direct.",
            id="alerts.E001",
        )
    uses_stream = settings.NOTIFY_MODE != "direct" and settings.KAFKA_BROKERS
    if uses_stream and settings.NOTIFICATION_SEND_TIMEOUT < _STREAM_NEEDS:
        yield Caution(
            "NOTIFICATION_SEND_TIMEOUT is shorter than brokers that are away are waited for: 7 s.",
            hint="Set it to 7s or more, or NOTIFY_MODE=direct.",
            id="alerts.W001",
        )


def _halves() -> Iterator[CheckMessage]:
    for provider, names in _GROUPS.items():
        missing = [name for name in names if not getattr(settings, name)]
        if missing and len(missing) < len(names):
            yield Caution(
                f"{provider} is set up by half: {', '.join(missing)} not set, so its channel is disabled.",
                id="alerts.W002",
            )
    has_sender = settings.TWILIO_FROM_NUMBER or settings.TWILIO_MESSAGING_SERVICE_SID
    if settings.TWILIO_AUTH_TOKEN and not has_sender:
        yield Caution(
            "Twilio is set up by half: it has no sender, so its channel is disabled.",
            hint="Set TWILIO_FROM_NUMBER or TWILIO_MESSAGING_SERVICE_SID.",
            id="alerts.W002",
        )


def _buttons() -> Iterator[CheckMessage]:
    if settings.SLACK_SIGNING_SECRET and not settings.SLACK_TOKEN:
        yield Caution(
            "SLACK_SIGNING_SECRET is set without SLACK_TOKEN: no message has a button.",
            id="alerts.W003",
        )
