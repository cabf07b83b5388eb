"""Takes the secrets of the channels out of texts that others wrote and that end in the ledger and in logs."""

from base64 import b64encode
from collections.abc import Iterator

from django.conf import settings

_HIDDEN = "[hidden]"
_SHORTEST = 6  # what is shorter is no secret, and would be found in every other word
_SECRETS = (
    "SLACK_TOKEN",
    "SLACK_SIGNING_SECRET",
    "TWILIO_AUTH_TOKEN",
    "PAGERDUTY_ROUTING_KEY",
    "ALERT_WEBHOOK_SECRET",
    "SMTP_PASS",
)


def conceal(text: str) -> str:
    """Return the text without any secret of a channel: some servers repeat in an error what they were sent."""
    for secret in _secrets():
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, _HIDDEN)
    return text


def _secrets() -> Iterator[str]:
    for name in _SECRETS:
        yield getattr(settings, name)
    yield b64encode(f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}".encode()).decode()
    yield b64encode(f"\0{settings.SMTP_USER}\0{settings.SMTP_PASS}".encode()).decode()
