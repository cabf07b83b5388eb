"""Alerts that are kept firing: recovery thresholds, minimum quiet, series that flap. On a real database."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from alerts.models import Alert, Event, Notification
from alerts.models.event import EventKind
from alerts.models.notification import Kind
from tests.alerts.factories import NOON
from tests.alerts.samples import MINUTE, evaluate, report, rule_on, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]


def step(minute: int, value: float, *, host: str = "a") -> None:
    report(f"cpu{{host={host}}}", value, at=NOON + minute * MINUTE)
    evaluate(minute)


def over_since() -> datetime | None:
    return Alert.objects.get().over_since


def test_between_the_thresholds_nothing_begins_and_nothing_ends() -> None:
    rule_on(recovery_threshold=70)
    seen = []
    for minute, value in enumerate([75, 85, 75, 71, 70]):
        step(minute, value)
        seen.append(states())

    assert seen == [[], ["firing"], ["firing"], ["firing"], ["resolved"]]


def test_an_alert_is_kept_firing_until_the_breach_has_been_over_for_long_enough() -> None:
    rule_on(keep_firing_for=120)
    seen = []
    for minute, value in enumerate([85, 50, 50, 50]):
        step(minute, value)
        seen.append((states(), over_since()))

    begun = NOON + MINUTE
    assert seen == [
        (["firing"], None),
        (["firing"], begun),
        (["firing"], begun),
        (["resolved"], None),
    ]


def test_a_breach_in_between_begins_the_quiet_anew() -> None:
    rule_on(keep_firing_for=120)
    for minute, value in enumerate([85, 50, 85]):
        step(minute, value)
    assert over_since() is None
    step(3, 50)
    step(4, 50)
    assert states() == ["firing"]

    step(5, 50)

    assert states() == ["resolved"]


def test_the_quiet_is_a_row_and_survives_a_restart_but_an_outage_is_no_quiet() -> None:
    rule_on(keep_firing_for=120)
    step(0, 85)
    step(1, 50)
    step(31, 50)
    assert states() == ["firing"]

    step(32, 50)
    step(33, 50)

    assert states() == ["resolved"]


def test_nobody_is_told_while_an_alert_is_kept_firing() -> None:
    rule_on(keep_firing_for=120, notification_channels=["email"])
    for minute, value in enumerate([85, 50, 85, 50, 50]):
        step(minute, value)

    assert [row.kind for row in Notification.objects.all()] == [Kind.FIRING]


def flap(times: int, *, first_minute: int = 0) -> int:
    """Fire and resolve so many times; return the minute after that."""
    for minute in range(first_minute, first_minute + 2 * times, 2):
        step(minute, 85)
        step(minute + 1, 50)
    return first_minute + 2 * times


def test_a_series_that_fires_too_often_is_one_long_alert(settings: Settings) -> None:
    rule_on(flap_firings=3)
    minute = flap(2)
    step(minute, 85)

    assert Alert.objects.latest("created_at").flapping
    assert Alert.objects.filter(flapping=True).count() == 1
    for later in range(minute + 1, minute + 11):
        step(later, 50)
        assert states() == ["resolved", "resolved", "firing"]
    step(minute + 11, 50)
    assert states() == ["resolved"] * 3


def test_a_flapping_series_that_goes_on_flapping_stays_one_alert() -> None:
    rule_on(flap_firings=3, notification_channels=["email"])
    minute = flap(2)
    flap(10, first_minute=minute)

    assert states() == ["resolved", "resolved", "firing"]
    assert Notification.objects.filter(kind=Kind.FIRING).count() == 3


@pytest.mark.parametrize(("firings", "flapping"), [(0, 0), (2, 1), (3, 1), (4, 0)])
def test_how_many_firings_make_a_flapping_series_is_the_rules_affair(
    firings: int, flapping: int
) -> None:
    rule_on(flap_firings=firings)
    step(flap(2), 85)

    assert Alert.objects.filter(flapping=True).count() == flapping


def test_firings_before_the_window_do_not_count(settings: Settings) -> None:
    settings.FLAP_WINDOW = timedelta(minutes=4)
    rule_on(flap_firings=3)
    step(flap(2), 85)

    assert not Alert.objects.filter(flapping=True).exists()


def test_another_series_does_not_flap_along() -> None:
    rule_on(flap_firings=3)
    other: dict[str, Any] = {"host": "b"}
    minute = flap(2)
    step(minute, 85)
    step(minute, 85, **other)
    step(minute + 1, 85, **other)

    flapping = Alert.objects.filter(flapping=True)
    assert [alert.labels for alert in flapping] == [{"host": "a"}]


def test_a_held_breach_flaps_too() -> None:
    rule_on(flap_firings=2, duration=60)
    for minute, value in enumerate([85, 85, 50, 85, 85]):
        step(minute, value)

    assert list(Alert.objects.order_by("created_at").values_list("state", "flapping")) == [
        ("resolved", False),
        ("firing", True),
    ]


def test_each_firing_and_each_resolution_is_an_event_with_the_value_seen() -> None:
    rule_on()
    for minute, value in enumerate([85, 90, 50, 86]):
        step(minute, value)

    events = Event.objects.order_by("id").values_list("kind", "at", "actor", "detail")
    assert list(events) == [
        (EventKind.FIRED, NOON, "", {"value": 85}),
        (EventKind.RESOLVED, NOON + 2 * MINUTE, "", {"value": 50}),
        (EventKind.FIRED, NOON + 3 * MINUTE, "", {"value": 86}),
    ]


def test_what_was_only_pending_is_no_event() -> None:
    rule_on(duration=300)
    step(0, 85)
    step(1, 50)

    assert not Event.objects.exists()
