"""How long a message took, and for how long it has been tried: by the clocks of the claim."""

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from typing import Any
from unittest import mock
from uuid import UUID

import pytest
from pytest_django import Settings

from alerts.delivery import claim, deliver, settle
from alerts.delivery.claim import Claim
from alerts.models import Alert, Notification
from alerts.models.notification import Status
from alerts.services import notices
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.delivery.owing import fire
from tests.alerts.factories import NOON, AlertFactory, NotificationFactory

MINUTE = timedelta(minutes=1)
Observed = list[tuple[str, dict[str, str], float]]


@pytest.fixture
def observed(monkeypatch: pytest.MonkeyPatch) -> Observed:
    """What is observed of messages that were sent."""
    seen: Observed = []

    def observe(metric: str, labels: Mapping[str, str], value: float) -> None:
        seen.append((metric, dict(labels), value))

    monkeypatch.setattr(settle, "observe", observe)
    return seen


def claimed(
    *,
    at: datetime,
    notify_at: datetime | None = None,
    group: str = "",
    tried: datetime | None = None,
) -> Claim:
    """A claim, two seconds old, on a message that is owed since noon."""
    alert: Alert = AlertFactory.build(rule=None, notify_at=notify_at)
    row: Notification = NotificationFactory.build(
        alert=alert, group_key=group, created_at=NOON, first_tried_at=tried
    )
    return Claim(row, UUID(int=1), at, started=100.0)


@pytest.fixture
def _two_seconds_later() -> Generator[None, None, None]:
    with mock.patch.object(claim, "time") as clock:
        clock.monotonic.return_value = 102.0
        yield


@pytest.mark.usefixtures("_two_seconds_later")
@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"at": NOON + MINUTE}, 62),
        ({"at": NOON + MINUTE, "group": "a"}, 32),
        ({"at": NOON + MINUTE, "notify_at": NOON + MINUTE / 3}, 42),
        ({"at": NOON + MINUTE, "notify_at": NOON - MINUTE}, 62),
        ({"at": NOON + MINUTE, "notify_at": NOON + MINUTE / 3, "group": "a"}, 12),
        ({"at": NOON + MINUTE / 6, "group": "a"}, 2),
    ],
    ids=["owed", "group", "cooldown", "cooldown over", "both", "sooner"],
)
def test_neither_a_cooldown_nor_the_wait_of_a_group_is_a_delay(
    settings: Settings, fields: dict[str, Any], seconds: float
) -> None:
    settings.ALERT_GROUP_WAIT = timedelta(seconds=30)
    held = claimed(**fields)

    assert held.delay_seconds(held.notification) == seconds


@pytest.mark.usefixtures("_two_seconds_later")
@pytest.mark.parametrize(("tried", "seconds"), [(NOON, 62), (None, 2)])
def test_a_message_is_tried_since_its_first_try_and_during_this_one(
    tried: datetime | None, seconds: float
) -> None:
    held = claimed(at=NOON + MINUTE, tried=tried)

    assert held.trying_for(held.notification) == timedelta(seconds=seconds)


@pytest.mark.django_db
def test_the_delay_of_a_message_that_was_sent_is_observed(
    email: FakeChannel, observed: Observed
) -> None:
    assert deliver(fire().pk, at=NOON) == Status.SENT

    ((metric, labels, seconds),) = observed
    assert (metric, labels) == ("notification_delay_seconds", {"channel": "email"})
    assert 0 < seconds < 30


@pytest.mark.django_db
def test_a_message_that_was_hidden_is_not_late(email: FakeChannel, observed: Observed) -> None:
    row = fire()
    Notification.objects.update(held_at=NOON)

    assert deliver(row.pk, at=NOON) == Status.SENT

    assert observed == []


@pytest.mark.django_db
def test_a_cooldown_puts_off_the_messages_of_its_own_alert_alone(email: FakeChannel) -> None:
    stranger = fire()
    now, soon, late = (
        AlertFactory.create(
            transition_seq=1, notification_channels=["email"], notify_at=NOON + number * MINUTE
        )
        for number in range(3)
    )

    (due_now,) = notices.tell_firing([now, soon, late], at=NOON)

    rows = {row.alert_id: row for row in Notification.objects.all()}
    assert rows[now.pk].pk == due_now
    assert [rows[each.pk].due_at for each in (soon, late)] == [NOON + MINUTE, NOON + 2 * MINUTE]
    assert rows[stranger.alert_id].due_at == stranger.due_at
    waits = [rows[pk].asked_to_wait_seconds for pk in (stranger.alert_id, now.pk, soon.pk, late.pk)]
    assert waits == [0, 0, 60, 120]
