"""A receiver that asks for patience is asked nothing meanwhile, and nobody else waits for it."""

import socket
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.demo.mailbox import Mailbox
from config.embedded.ports import LOOPBACK
from tests.alerts.channels.provider import Provider, reply
from tests.monitoring.raw_peer import RawPeer
from tests.pipeline.alerting import BREACH, add_rule, evaluate
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline

PATIENCE = timedelta(seconds=3)


def test_a_webhook_that_asks_for_patience_is_left_alone_and_then_told(
    start_service: StartService, mailbox: Mailbox
) -> None:
    receiver = Provider([reply("429 Too Many Requests", Retry_After="3"), reply("200 OK")])
    asked_at: list[datetime] = []

    def note(connection: socket.socket, over: threading.Event) -> None:
        asked_at.append(timezone.now())
        receiver.script(connection, over)

    with RawPeer(note) as peer:
        url = f"http://{LOOPBACK}:{peer.port}/hook"
        service = start_service(ALERT_WEBHOOK_URL=url, OUTBOUND_ALLOWED_HOSTS=LOOPBACK)
        add_rule(service, notification_channels=["webhook", "email"])
        evaluate(service, BREACH, "first")
        paused = service.wait_until(lambda: pause(service), "the channel pauses", sweep=False)
        evaluate(service, BREACH, "second")  # while nobody may ask, though this is due at once
        service.wait_until(lambda: len(delivered(service)) == 2, "both are delivered")
        service.wait_until(lambda: len(mailbox.messages) == 2, "both are mailed")

    first, *later = asked_at
    assert len(later) == 2
    assert min(later) - first >= PATIENCE
    assert mailbox.messages[0].received_at < min(later)
    assert datetime.fromisoformat(paused["paused_until"]) - first >= PATIENCE
    refused, *taken = [asked.headers["idempotency-key"] for asked in receiver.asked]
    assert refused in taken
    assert len(set(taken)) == 2


def pause(service: Service) -> dict[str, Any] | None:
    """Return the webhook's channel once it is paused."""
    channels = service.api("GET", "/alerts/channels", role="operator")
    (webhook,) = (each for each in channels if each["name"] == "webhook")
    return webhook if webhook["state"] == "paused" else None


def delivered(service: Service) -> list[dict[str, Any]]:
    """Return what the ledger has of messages that the receiver took."""
    query = "channel=webhook&status=sent"
    rows: list[dict[str, Any]] = service.api("GET", f"/notifications?{query}", role="operator")
    return rows
