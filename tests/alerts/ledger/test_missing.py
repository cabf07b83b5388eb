"""What verification says of messages that are late, missing or unproven."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from alerts import ledger
from alerts.models import Notification
from tests.alerts.factories import NOON, AlertFactory, NotificationFactory
from tests.alerts.ledger.conftest import AFTERWARDS, DAY, settled

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("seconds", "late"), [(298, 0), (301, 1)])
@pytest.mark.parametrize("status", ["pending", "leased"])
def test_what_is_due_for_minutes_is_overdue(seconds: int, late: int, status: str) -> None:
    NotificationFactory.create(status=status, lease_token="0" * 32)
    Notification.objects.update(due_at=Now() - timedelta(seconds=seconds))

    found = ledger.verify(at=NOON)

    assert (found.overdue, found.ok) == (late, not late)


def test_what_is_hidden_is_not_late() -> None:
    NotificationFactory.create(status="held", held_by="silence")

    assert ledger.verify(at=NOON).overdue == 0


@pytest.mark.parametrize(
    ("channels", "owed", "missing"),
    [(["email"], True, 0), (["email"], False, 1), ([], False, 0)],
)
def test_a_firing_that_owes_nobody_anything_is_unaccounted(
    channels: list[str], *, owed: bool, missing: int
) -> None:
    alert = AlertFactory.create(notification_channels=channels)
    if owed:
        NotificationFactory.create(alert=alert, due_at=Now())

    assert ledger.verify(at=NOON + timedelta(hours=1)).unaccounted == missing


def test_a_firing_of_this_moment_is_not_missed_yet() -> None:
    AlertFactory.create(notification_channels=["email"])

    assert ledger.verify(at=NOON + timedelta(minutes=14)).unaccounted == 0


def test_a_message_that_no_try_tells_of_is_unaccounted() -> None:
    NotificationFactory.create(status="sent", sent_at=NOON)

    assert ledger.verify(at=NOON).unaccounted == 1


def test_the_canary_is_no_message() -> None:
    canary = AlertFactory.create(source="canary", notification_channels=["canary"])
    NotificationFactory.create(alert=canary, status="sent", sent_at=NOON)
    NotificationFactory.create(alert=canary)

    found = ledger.verify(at=NOON + timedelta(hours=1))

    assert (found.unaccounted, found.overdue) == (0, 0)


@pytest.mark.parametrize(("days", "unsealed"), [(1, []), (2, [DAY])])
def test_a_day_that_is_over_for_a_day_and_not_sealed_is_named(
    days: int, unsealed: list[object]
) -> None:
    settled()

    found = ledger.verify(at=NOON + timedelta(days=days))

    assert (found.unsealed, found.ok) == (unsealed, not unsealed)


def test_after_its_seal_nothing_is_missing() -> None:
    settled()
    ledger.seal_due(at=AFTERWARDS)

    assert ledger.verify(at=AFTERWARDS).unsealed == []
