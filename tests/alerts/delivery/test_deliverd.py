"""The sender that needs no broker."""

import os
import signal
from collections.abc import Iterator
from datetime import datetime
from io import StringIO
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import OperationalError
from pytest_django import Settings

from alerts.channels.base import Receipt
from alerts.management.commands import deliverd
from alerts.messages import Message
from alerts.models import Notification
from alerts.models.notification import Kind, Status
from alerts.outbox import owe
from alerts.services import escalation
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.factories import NOON, AlertFactory


def owed() -> int:
    alert = AlertFactory.create(transition_seq=1)
    return owe(alert, kind=Kind.FIRING, channels=["email"], at=NOON)[0].pk


@pytest.fixture
def signals() -> Iterator[None]:
    """Give pytest its signals back."""
    kept = {sign: signal.getsignal(sign) for sign in (signal.SIGTERM, signal.SIGINT)}
    yield
    for sign, handler in kept.items():
        signal.signal(sign, handler)


@pytest.mark.django_db
def test_one_pass_sends_what_is_due_and_says_how_much(email: FakeChannel) -> None:
    owed()
    owed()
    out = StringIO()

    call_command("deliverd", "--once", stdout=out)
    call_command("deliverd", "--once", stdout=out)

    assert out.getvalue() == "2 sent or settled\n0 sent or settled\n"
    assert len(email.sent) == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_it_goes_on_until_a_signal_and_finishes_the_message_at_hand(
    email: FakeChannel, signals: None, settings: Settings, sign: signal.Signals
) -> None:
    first, second = owed(), owed()

    def interrupt(message: Message) -> Receipt:
        os.kill(os.getpid(), sign)
        return Receipt("", "")

    email.plan.append(interrupt)

    call_command("deliverd")

    statuses = dict(Notification.objects.values_list("pk", "status"))
    assert statuses == {first: Status.SENT, second: Status.PENDING}


def test_a_database_that_is_away_is_waited_for(
    signals: None,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings.NOTIFICATION_SWEEP_INTERVAL = settings.NOTIFICATION_SWEEP_INTERVAL / 100
    asked: list[int] = []

    def away(at: datetime) -> list[int]:
        asked.append(1)
        if len(asked) == 3:
            signal.raise_signal(signal.SIGTERM)
        raise OperationalError("the server closed the connection")

    closed = mock.Mock()
    monkeypatch.setattr(escalation, "sweep", away)
    monkeypatch.setattr(deliverd, "close_old_connections", lambda: None)
    monkeypatch.setattr(deliverd, "connection", closed)

    call_command("deliverd")

    assert (len(asked), closed.close.call_count) == (3, 3)
    assert "database away" in caplog.text
