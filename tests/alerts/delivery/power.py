"""A process that can be killed at each point where that makes a difference: statements, commits, sends."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from django.db import connection, transaction

from alerts.channels.base import Receipt
from alerts.messages import Message
from monitoring.outbound import Deadline
from tests.alerts.delivery.fakes import FakeChannel, PowerCut


class Power:
    """Counts the points that a piece of work passes, and cuts the power at one of them."""

    def __init__(self, cut_at: int | None = None) -> None:
        self.passed: list[str] = []
        self.cut_at = cut_at

    def point(self, name: str) -> None:
        """Pass one point, or die there."""
        self.passed.append(name)
        if len(self.passed) == self.cut_at:
            raise PowerCut(name)

    @contextmanager
    def on(self, *channels: FakeChannel) -> Iterator[None]:
        """Watch all statements, commits and sends of the work inside."""
        with ExitStack() as stack:
            stack.enter_context(connection.execute_wrapper(self._statement))
            stack.enter_context(mock.patch.object(connection, "_commit", self._commit))
            for channel in channels:
                stack.enter_context(mock.patch.object(channel, "send", self._send(channel)))
            yield

    def _statement(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        verb = sql.split(maxsplit=1)[0].lower()
        self.point(f"before {verb}")
        result = execute(sql, *arguments)
        if not connection.in_atomic_block and verb != "select":
            self.point(f"after {verb}, committed by itself")
        return result

    def _commit(self) -> None:
        driver = connection.connection
        try:
            self.point("before commit")
        except PowerCut:
            driver.rollback()  # what the server does when its client is gone
            raise
        driver.commit()
        self.point("after commit")

    def _send(self, channel: FakeChannel) -> Callable[[Message, Deadline], Receipt]:
        send = channel.send

        def watched(message: Message, deadline: Deadline) -> Receipt:
            self.point(f"before {channel.name} takes it")
            try:
                return send(message, deadline)
            finally:
                self.point(f"after {channel.name} answered")

        return watched


TABLES = (
    "alert_events",
    "notification_receipts",
    "notification_attempts",
    "notifications",
    "alerts",
    "alert_rules",
    "alert_silences",
    "notification_channels",
    "notification_ledger_days",
)


def start_afresh() -> None:
    """Come back as a new process, to a database that knows nothing.

    It need not wait for the disk: what dies here is our process and not the server.
    """
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL alerts.retention = 'on'")
        for table in TABLES:
            cursor.execute(f"DELETE FROM {table}")


def come_back() -> None:
    """Come back as a new process; what the killed one held is given back by the server."""
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
