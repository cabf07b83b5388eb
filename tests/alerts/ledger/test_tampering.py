"""Whatever is changed in the ledger afterwards is found; what the database refuses is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from alerts import ledger
from alerts.ledger.days import ATTEMPT_COLUMNS, NOTIFICATION_COLUMNS
from alerts.models import Event, LedgerDay, Notification, NotificationAttempt, NotificationReceipt
from tests.alerts.factories import NOON, AlertFactory
from tests.alerts.ledger.conftest import AFTERWARDS, DAY, settled, tamper

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=1)
# Another value for each column; what must stay unique or points elsewhere gets a value of its own below.
CHANGED: dict[str, Any] = {
    "id": 987_654,
    "transition_seq": 9,
    "kind": "resolved",
    "step": 3,
    "channel": "sms",
    "recipient": "mallory@example.org",
    "dedup_key": "f" * 64,
    "severity": "info",
    "payload": '{"title": "nothing"}',
    "status": "failed",
    "attempts": 7,
    "postponements": 2,
    "asked_to_wait_seconds": 1.0,
    "due_at": LATER,
    "first_tried_at": LATER,
    "rung_at": LATER,
    "lease_token": "00000000-0000-0000-0000-000000000001",
    "in_doubt": True,
    "provider_ref": "<forged>",
    "group_key": "a",
    "held_by": "silence",
    "held_for": "x",
    "held_at": LATER,
    "reason": "forged",
    "created_at": LATER,
    "sent_at": LATER,
    "settled_at": LATER,
}
TRIED: dict[str, Any] = {
    "id": 987_654,
    "at": LATER,
    "outcome": "fenced",
    "detail": "forged",
    "latency_ms": 2.5,
    "recorded_at": LATER,
}


@pytest.mark.parametrize(
    ("model", "columns"),
    [(Notification, NOTIFICATION_COLUMNS), (NotificationAttempt, ATTEMPT_COLUMNS)],
)
def test_every_column_there_is_goes_into_the_proof(
    model: type[Model], columns: tuple[str, ...]
) -> None:
    assert set(columns) == {field.attname for field in model._meta.concrete_fields}


def test_what_nobody_touched_is_verified(sealed_day: list[Notification]) -> None:
    found = ledger.verify(at=AFTERWARDS)

    assert found.ok
    assert [(day.day, day.notifications, day.ok) for day in found.days] == [
        (DAY, 2, True),
        (DAY + timedelta(days=1), 1, True),
    ]
    assert found.head == LedgerDay.objects.get(day=DAY + timedelta(days=1)).chain


@pytest.mark.parametrize("column", [*CHANGED, "alert_id", "carried_by_id"])
def test_a_change_of_any_column_of_a_message_is_found(
    sealed_day: list[Notification], column: str
) -> None:
    others = {"alert_id": AlertFactory.create().pk, "carried_by_id": sealed_day[1].pk}
    value = others.get(column, CHANGED.get(column))
    if column == "status":  # the database itself asks for this much
        tamper(
            "UPDATE notifications SET sent_at = NULL, status = 'failed' WHERE id = %s",
            sealed_day[0].pk,
        )
    else:
        tamper(f"UPDATE notifications SET {column} = %s WHERE id = %s", value, sealed_day[0].pk)

    assert ledger.verify(at=AFTERWARDS).first_broken == DAY


def test_the_table_of_changes_is_complete() -> None:
    assert {*CHANGED, "alert_id", "carried_by_id"} == set(NOTIFICATION_COLUMNS)
    assert {*TRIED, "notification_id"} == set(ATTEMPT_COLUMNS)


@pytest.mark.parametrize("column", [*TRIED, "notification_id"])
def test_a_change_of_any_column_of_a_try_is_found(
    sealed_day: list[Notification], column: str
) -> None:
    value = TRIED.get(column, sealed_day[1].pk)

    tamper(
        f"UPDATE notification_attempts SET {column} = %s WHERE notification_id = %s",
        value,
        sealed_day[0].pk,
    )

    assert ledger.verify(at=AFTERWARDS).first_broken == DAY


@pytest.mark.parametrize("table", ["notifications", "notification_attempts"])
def test_a_row_that_is_gone_is_found_and_counted(
    sealed_day: list[Notification], table: str
) -> None:
    tamper("DELETE FROM notification_attempts WHERE notification_id = %s", sealed_day[0].pk)
    if table == "notifications":
        tamper("DELETE FROM notifications WHERE id = %s", sealed_day[0].pk)

    (day, _) = ledger.verify(at=AFTERWARDS).days

    assert not day.ok
    assert "1 tries where there were 2" in day.problem
    assert ("1 messages where there were 2" in day.problem) == (table == "notifications")


def test_a_row_that_was_slipped_in_is_found(sealed_day: list[Notification]) -> None:
    settled(NOON + timedelta(minutes=5))

    assert ledger.verify(at=AFTERWARDS).first_broken == DAY


@pytest.mark.parametrize(
    "change",
    ["digest = repeat('0', 64)", "chain = repeat('0', 64)", "notifications = 9", "attempts = 9"],
)
def test_a_change_of_a_seal_is_found(sealed_day: list[Notification], change: str) -> None:
    tamper(f"UPDATE notification_ledger_days SET {change} WHERE day = %s", DAY)

    assert ledger.verify(at=AFTERWARDS).first_broken == DAY


def test_a_day_that_was_sealed_anew_breaks_the_next(sealed_day: list[Notification]) -> None:
    tamper("UPDATE notifications SET reason = 'forged' WHERE id = %s", sealed_day[0].pk)
    tamper("DELETE FROM notification_ledger_days WHERE day = %s", DAY)
    second = LedgerDay.objects.get()
    LedgerDay.objects.all().delete()
    ledger.seal_day(DAY, at=AFTERWARDS)
    LedgerDay.objects.bulk_create([second])

    assert ledger.verify(at=AFTERWARDS).first_broken == second.day


@pytest.mark.parametrize("gone", [0, 1])
def test_a_seal_that_is_gone_is_found(sealed_day: list[Notification], gone: int) -> None:
    settled(NOON + timedelta(days=2))
    ledger.seal_due(at=AFTERWARDS + timedelta(days=1))
    LedgerDay.objects.filter(day=DAY + timedelta(days=gone)).delete()

    assert ledger.verify(at=AFTERWARDS + timedelta(days=1)).first_broken == DAY + timedelta(
        days=gone + 1
    )


def test_rows_of_days_that_were_not_asked_for_are_not_read(sealed_day: list[Notification]) -> None:
    tamper("UPDATE notifications SET reason = 'forged' WHERE id = %s", sealed_day[0].pk)

    assert ledger.verify(at=AFTERWARDS, since=DAY + timedelta(days=1)).ok
    assert not ledger.verify(at=AFTERWARDS, since=DAY).ok


def _event() -> Event:
    return Event.objects.create(kind="fired", alert=AlertFactory.create(), at=NOON)


def _receipt() -> NotificationReceipt:
    return NotificationReceipt.objects.create(notification=settled(), at=NOON, status="delivered")


def _attempt() -> NotificationAttempt:
    return settled().tries.get()


@pytest.mark.parametrize("make", [_event, _receipt, _attempt])
@pytest.mark.parametrize("change", ["update", "delete"])
def test_what_is_only_added_is_neither_changed_nor_deleted(make: Any, change: str) -> None:
    row = make()

    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        row.delete() if change == "delete" else row.save()

    assert type(row).objects.filter(pk=row.pk or 0).exists() or change == "delete"
