"""PagerDuty, Slack and Twilio of a test, behind one port: they take everything and remember it."""

import socket
import threading
from collections.abc import Callable, Mapping

from config.embedded.ports import LOOPBACK
from tests.alerts.channels.provider import Asked, reply
from tests.monitoring.raw_peer import read_request

ENQUEUE = "/v2/enqueue"
POST, UPDATE = "/api/chat.postMessage", "/api/chat.update"
SMS = "/2010-04-01/Accounts/AC1/Messages.json"
CHANNEL, TIMESTAMP = "C012AB3CD", "1736683500.000100"
PHONE = "+4915112345678"


class Providers:
    """Answer as each of them does; several at once may ask."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []

    def script(self, connection: socket.socket, over: threading.Event) -> None:
        """Read one request and answer it."""
        head, body = read_request(connection)
        first, *lines = head.decode().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        asked = Asked(method, path, headers, body)
        answer = _ANSWERS[path](asked)
        self.asked.append(asked)
        connection.sendall(answer)

    def at(self, *paths: str) -> list[Asked]:
        """Return what was asked at these paths, in order."""
        return [asked for asked in self.asked if asked.path in paths]


def variables(port: int) -> Mapping[str, str]:
    """Return the environment in which the channels use providers on a port of this machine."""
    url = f"http://{LOOPBACK}:{port}"
    return {
        "OUTBOUND_ALLOWED_HOSTS": LOOPBACK,
        "PAGERDUTY_EVENTS_URL": f"{url}{ENQUEUE}",
        "PAGERDUTY_ROUTING_KEY": "pagerduty-routing-key",
        "SLACK_API_URL": f"{url}/api",
        "SLACK_TOKEN": "xoxb-secret-token",
        "SLACK_ALERTS_CHANNEL": CHANNEL,
        "TWILIO_API_URL": url,
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "twilio-auth-secret",
        "TWILIO_FROM_NUMBER": "+15005550006",
        "ALERT_TO_PHONE": PHONE,
    }


def _enqueued(asked: Asked) -> bytes:
    taken = {"status": "success", "message": "Event processed"}
    return reply("202 Accepted", {**taken, "dedup_key": asked.json["dedup_key"]})


def _posted(asked: Asked) -> bytes:
    return reply("200 OK", {"ok": True, "channel": CHANNEL, "ts": TIMESTAMP})


def _texted(asked: Asked) -> bytes:
    return reply("201 Created", {"sid": "SM1", "status": "queued", "error_code": None})


_ANSWERS: Mapping[str, Callable[[Asked], bytes]] = {
    ENQUEUE: _enqueued,
    POST: _posted,
    UPDATE: _posted,
    SMS: _texted,
}
