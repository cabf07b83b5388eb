"""The outside sign: sent while all is well, withheld while anything is not."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_django import Settings

from alerts.watch import guard
from alerts.watch.audit import Problem
from alerts.watch.heartbeat import send_heartbeat

NOON = datetime(2025, 1, 12, 12, 0, tzinfo=UTC)


class Listener(ThreadingHTTPServer):
    """Counts what it is asked, and answers as it is told to."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[str] = []
        self.status = 200


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it
        """Say nothing."""


@pytest.fixture
def listener(settings: Settings) -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        settings.HEARTBEAT_URL = f"http://127.0.0.1:{server.server_port}/ping"
        settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]
        yield server
        server.shutdown()
        thread.join()


def test_it_is_sent(listener: Listener) -> None:
    assert send_heartbeat()
    assert listener.asked == ["/ping"]


def test_an_answer_that_is_no_success_is_none(listener: Listener) -> None:
    listener.status = 500

    assert not send_heartbeat()


def test_who_does_not_answer_is_no_error(settings: Settings) -> None:
    settings.HEARTBEAT_URL = "http://127.0.0.1:9/ping"
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1"]

    assert not send_heartbeat()


def test_without_an_address_nothing_is_sent(settings: Settings) -> None:
    settings.HEARTBEAT_URL = ""

    assert not send_heartbeat()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("problems", "asked"), [([], ["/ping"]), ([Problem("canary", "late")], [])]
)
def test_it_is_withheld_while_anything_is_overdue(
    listener: Listener, monkeypatch: pytest.MonkeyPatch, problems: list[Problem], asked: list[str]
) -> None:
    monkeypatch.setattr(guard, "audit", lambda **_: problems)

    assert guard.look(at=NOON) == problems
    assert listener.asked == asked
