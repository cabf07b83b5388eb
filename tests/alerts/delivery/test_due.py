"""Which messages are due, in which order, and how often workers are called to them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now

from alerts.delivery import due_ids, ids_to_ring
from alerts.delivery.claim import take
from alerts.models import Notification
from alerts.models.notification import Kind, Status
from tests.alerts.factories import NOON, AlertFactory, NotificationFactory

pytestmark = pytest.mark.django_db


def owed(overdue_seconds: float = 60, **fields: Any) -> int:
    """A message that has been due for so long, by the clock of the database."""
    row = NotificationFactory.create(**fields)
    Notification.objects.filter(pk=row.pk).update(due_at=Now() - timedelta(seconds=overdue_seconds))
    return row.pk


def test_the_most_severe_come_first_then_the_longest_due() -> None:
    info = owed(500, severity="info")
    young = owed(10, severity="critical")
    warning = owed(300, severity="warning")
    old = owed(20, severity="critical")

    assert due_ids(limit=10) == [old, young, warning, info]


def test_no_more_than_the_limit_are_returned() -> None:
    first, second, _ = (owed(seconds) for seconds in (30, 20, 10))

    assert due_ids(limit=2) == [first, second]


@pytest.mark.parametrize(
    ("fields", "is_due"),
    [
        ({"status": Status.PENDING}, True),
        ({"status": Status.LEASED, "lease_token": "0" * 32}, True),
        ({"status": Status.SENT, "sent_at": NOON}, False),
        ({"status": Status.FAILED}, False),
        ({"status": Status.DEAD}, False),
        ({"status": Status.SUPERSEDED}, False),
        ({"status": Status.SUPPRESSED}, False),
    ],
)
def test_what_is_pending_or_was_left_by_its_sender_is_due(
    fields: dict[str, Any], *, is_due: bool
) -> None:
    row = owed(**fields)

    assert due_ids(limit=10) == [row] * is_due


def test_what_is_due_in_the_future_is_not_due() -> None:
    owed(-5)

    assert due_ids(limit=10) == []


@pytest.mark.parametrize(
    ("earlier", "blocks"),
    [
        ({"status": Status.PENDING}, True),
        ({"status": Status.LEASED, "lease_token": "0" * 32}, True),
        ({"status": Status.SENT, "sent_at": NOON}, False),
        ({"status": Status.FAILED}, False),
        ({"status": Status.PENDING, "recipient": "bo@example.org"}, False),
        ({"status": Status.PENDING, "channel": "webhook"}, False),
        ({"status": Status.PENDING, "alert": None}, False),
    ],
)
def test_a_message_waits_for_earlier_ones_to_the_same_recipient_about_the_same_alert(
    earlier: dict[str, Any], *, blocks: bool
) -> None:
    alert = AlertFactory.create()
    fields = {"alert": alert, **earlier}
    fields["alert"] = fields["alert"] or AlertFactory.create()
    owed(-60, transition_seq=1, **fields)
    later = owed(60, transition_seq=2, kind=Kind.RESOLVED, alert=alert)

    assert due_ids(limit=10) == ([] if blocks else [later])


def test_messages_of_one_transition_do_not_wait_for_each_other() -> None:
    alert = AlertFactory.create()
    rows = [owed(seconds, alert=alert, transition_seq=1) for seconds in (20, 10)]

    assert due_ids(limit=10) == rows


def test_workers_are_called_to_overdue_messages_only() -> None:
    overdue = owed(1.5)
    owed(0.2)

    assert ids_to_ring(limit=10) == [overdue]


def test_no_second_call_follows_while_the_first_may_still_be_under_way() -> None:
    row = owed()

    assert [ids_to_ring(limit=10) for _ in range(3)] == [[row], [], []]


@pytest.mark.parametrize(("seconds", "again"), [(9, False), (10, True)])
def test_a_call_is_repeated_after_ten_seconds(seconds: int, *, again: bool) -> None:
    row = owed()
    ids_to_ring(limit=10)

    Notification.objects.update(rung_at=F("rung_at") - timedelta(seconds=seconds))

    assert ids_to_ring(limit=10) == [row] * again


def test_a_retry_is_called_for_however_recent_the_call_to_the_try_before_was() -> None:
    row = owed()
    ids_to_ring(limit=10)
    take(row)

    Notification.objects.update(status=Status.PENDING, due_at=Now() - timedelta(seconds=2))

    assert ids_to_ring(limit=10) == [row]


def test_each_sweep_calls_to_the_next_ones() -> None:
    rows = [owed(seconds) for seconds in (40, 30, 20, 10)]

    assert ids_to_ring(limit=3) == rows[:3]
    assert ids_to_ring(limit=3) == rows[3:]


def test_a_message_that_waits_its_turn_is_not_called_for() -> None:
    alert = AlertFactory.create()
    owed(-60, alert=alert, transition_seq=1)
    owed(60, alert=alert, transition_seq=2, kind=Kind.RESOLVED)

    assert ids_to_ring(limit=10) == []
