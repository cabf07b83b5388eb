"""A day of the ledger, settled and sealed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from alerts import ledger
from alerts.models import Notification, NotificationAttempt
from tests.alerts.factories import NOON, AlertFactory, NotificationFactory

DAY = date(2025, 1, 12)
AFTERWARDS = datetime(2025, 1, 14, 1, 0, tzinfo=UTC)


def settled(at: datetime = NOON, **fields: object) -> Notification:
    """A message that was sent at the instant, by one try."""
    row = NotificationFactory.create(
        status="sent", sent_at=at, settled_at=at, payload={"title": "CPU", "n": 1}, **fields
    )
    NotificationAttempt.objects.create(
        notification=row, at=at, outcome="sent", detail="250", latency_ms=1.5, recorded_at=at
    )
    return row


@pytest.fixture
def sealed_day(db: None) -> list[Notification]:
    """Two messages of the day, and one of the next; both days are sealed."""
    rows = [settled(), settled(NOON + timedelta(hours=1)), settled(NOON + timedelta(days=1))]
    ledger.seal_due(at=AFTERWARDS)
    return rows


def tamper(sql: str, *parameters: Any) -> None:
    """Change the tables as somebody would who owns the database: without the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, parameters)
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


__all__ = ["AFTERWARDS", "DAY", "AlertFactory", "sealed_day", "settled", "tamper"]
