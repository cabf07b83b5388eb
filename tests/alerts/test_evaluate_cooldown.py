"""Series that fire again and again, and whom that wakes."""

from datetime import datetime, timedelta

import pytest

from alerts.models import Alert, Notification
from alerts.models.notification import Kind, Status
from alerts.services import evaluate_rules, resolve_alert
from tests.alerts.factories import NOON, AlertRuleFactory
from tests.alerts.samples import report

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]

MINUTE = timedelta(minutes=1)


def step(minute: int, value: float, *, host: str = "a") -> list[int]:
    at = NOON + minute * MINUTE
    report(f"cpu{{host={host}}}", value, at=at)
    return evaluate_rules(at=at)


def firings() -> list[tuple[str, datetime]]:
    rows = Notification.objects.filter(kind=Kind.FIRING).order_by("pk")
    return [(row.status, row.due_at) for row in rows]


@pytest.fixture(autouse=True)
def _rule() -> None:
    AlertRuleFactory.create(
        metric_name="cpu", cooldown_minutes=10, flap_firings=0, notification_channels=["email"]
    )


def test_a_firing_within_the_cooldown_is_told_when_the_cooldown_ends() -> None:
    assert len(step(0, 85)) == 1
    step(1, 50)

    assert step(2, 85) == []

    assert firings()[1] == (Status.PENDING, NOON + 10 * MINUTE)
    assert Notification.objects.latest("pk").asked_to_wait_seconds == 8 * 60
    second = Alert.objects.order_by("started_at").last()
    assert second is not None
    assert (second.state, second.notify_at) == ("firing", NOON + 10 * MINUTE)


def test_a_firing_that_is_over_before_its_turn_is_never_told() -> None:
    step(0, 85)
    step(1, 50)
    step(2, 85)

    assert step(3, 50) == []

    assert [status for status, _ in firings()] == [Status.SUPERSEDED, Status.SUPERSEDED]


def test_firings_that_were_not_told_do_not_prolong_the_cooldown() -> None:
    for minute in range(0, 10, 2):
        step(minute, 85)
        step(minute + 1, 50)

    assert len(step(10, 85)) == 1


def test_a_firing_that_was_told_late_begins_a_new_cooldown() -> None:
    step(0, 85)
    step(1, 50)
    step(2, 85)
    step(11, 50)

    assert step(12, 85) == []

    assert firings()[2] == (Status.PENDING, NOON + 20 * MINUTE)


def test_after_the_cooldown_a_firing_is_told_at_once() -> None:
    step(0, 85)
    step(1, 50)

    assert len(step(10, 85)) == 1


def test_another_series_has_its_own_cooldown() -> None:
    step(0, 85)

    assert len(step(1, 85, host="b")) == 1


def test_a_held_breach_is_put_off_too() -> None:
    AlertRuleFactory.create(
        metric_name="cpu", cooldown_minutes=60, duration=60, notification_channels=["email"]
    )
    for minute, value in enumerate([85, 85, 50, 85]):
        step(minute, value)

    step(4, 85)

    held = Alert.objects.filter(rule__duration=60, state="firing").get()
    assert held.notify_at == NOON + 61 * MINUTE


def test_a_resolution_by_hand_is_believed_for_the_cooldown() -> None:
    step(0, 85)
    resolve_alert(Alert.objects.get().pk, by="ana", at=NOON)

    states = []
    for minute in (9, 10, 11):
        step(minute, 85)
        states.append(Alert.objects.filter(state="firing").count())

    assert states == [0, 0, 1]


def test_rules_with_different_cooldowns_do_not_mix() -> None:
    AlertRuleFactory.create(metric_name="cpu", cooldown_minutes=60, notification_channels=["email"])
    step(0, 85)
    step(1, 50)

    assert len(step(30, 85)) == 1

    firing = Alert.objects.filter(state="firing")
    told = dict(firing.values_list("rule__cooldown_minutes", "notify_at"))
    assert told == {10: NOON + 30 * MINUTE, 60: NOON + 60 * MINUTE}
