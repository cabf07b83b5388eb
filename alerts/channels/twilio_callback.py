"""Where Twilio reports what became of a message."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from django.conf import settings

_LOCAL = (".local", ".internal", ".localhost")


def callback_url(notification_id: int) -> str:
    """Return the address for reports about one message.

    The id stands in it because the first report may come before the receipt is written down.
    """
    base = f"{settings.PUBLIC_URL}/{settings.API_PREFIX}/twilio/status"
    return f"{base}?notification={notification_id}"


def asked_callback_url(notification_id: int) -> str:
    """Return what to ask Twilio for; empty where it could not reach us and would refuse the message."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    return callback_url(notification_id) if notification_id and _is_public(host) else ""


def _is_public(host: str) -> bool:
    """Tell whether a name or address may be of the internet; what a name means is not looked up."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith(_LOCAL)
