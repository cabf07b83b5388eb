"""What an acknowledgement does to the chain, and what giving an alert back does."""

import pytest

from alerts.errors import AlertClosedError
from alerts.models import Alert, Notification
from alerts.services import acknowledge_alert, escalation, resolve_alert, unacknowledge_alert
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.escalation.rows import (
    after,
    detail_of,
    events,
    firing,
    policy_of,
    told,
)
from tests.alerts.factories import NOON, AlertFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("channels")]


def test_who_acknowledges_ends_the_chain() -> None:
    alert = firing(policy_of({}, {}))

    acknowledge_alert(alert.pk, by="ana", at=after(4))

    assert escalation.sweep(after(60)) == []
    alert.refresh_from_db()
    assert (alert.next_step_at, alert.remind_at) == (None, None)


def test_the_timeline_says_who_acknowledged_from_where() -> None:
    alert = firing(policy_of({}))

    acknowledge_alert(alert.pk, by="Ana", actor="login-7", via="slack", at=after(4))
    acknowledge_alert(alert.pk, by="Bo", at=after(5))

    assert events(alert) == [("acknowledged", "login-7", "slack")]
    assert detail_of(alert, "acknowledged") == {"by": "Ana"}
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.acknowledged_via) == ("Ana", "slack")


def test_who_follows_and_was_told_hears_of_the_acknowledgement(
    channels: dict[str, FakeChannel],
) -> None:
    channels["slack"].follows = True
    alert = firing(policy_of({"channel": "slack"}))
    escalation.sweep(after(5))
    Notification.objects.update(status="sent", sent_at=NOON, settled_at=NOON)

    acknowledge_alert(alert.pk, by="ana", at=after(6))

    ((kind, _, channel, recipient),) = told()[1:]
    assert (kind, channel, recipient) == ("acknowledged", "slack", "C0ALERTS")


def test_who_resolves_ends_the_chain() -> None:
    alert = firing(policy_of({}, {}, remind_after_seconds=60))

    resolve_alert(alert.pk, by="ana", via="admin", at=after(4))

    assert escalation.sweep(after(60)) == []
    alert.refresh_from_db()
    assert (alert.next_step_at, alert.remind_at) == (None, None)
    assert events(alert) == [("resolved", "ana", "admin")]


def test_what_this_service_resolves_itself_came_by_no_door() -> None:
    alert = firing(None)

    resolve_alert(alert.pk, by="", at=NOON)

    assert events(alert) == [("resolved", "", "")]


@pytest.mark.parametrize(
    ("minute", "due"),
    [(4, 5), (30, 30)],
    ids=["before its step was due", "after"],
)
def test_an_alert_that_is_given_back_goes_on_where_it_stopped(minute: int, due: int) -> None:
    alert = firing(policy_of({}))
    acknowledge_alert(alert.pk, by="ana", at=after(2))

    given = unacknowledge_alert(alert.pk, by="ana", via="admin", at=after(minute))

    assert (given.acknowledged, given.acknowledged_by, given.acknowledged_at) == (False, None, None)
    assert (given.next_step_at, given.acknowledged_via) == (after(due), "")
    assert events(alert)[-1] == ("unacknowledged", "ana", "admin")
    assert len(escalation.sweep(after(due))) == 1


def test_a_chain_that_had_ended_begins_anew_when_the_alert_is_given_back() -> None:
    alert = firing(policy_of({}))
    escalation.sweep(after(5))
    acknowledge_alert(alert.pk, by="ana", at=after(6))

    unacknowledge_alert(alert.pk, by="ana", at=after(30))
    escalation.sweep(after(30))

    assert [step for _, step, _, _ in told()] == [1, 2]


def test_giving_back_what_nobody_has_changes_nothing() -> None:
    alert = firing(policy_of({}))

    unacknowledge_alert(alert.pk, by="ana", at=after(30))

    alert.refresh_from_db()
    assert (alert.next_step_at, events(alert)) == (after(5), [])


def test_what_is_over_cannot_be_given_back() -> None:
    alert = AlertFactory.create(state="resolved", acknowledged=True)

    with pytest.raises(AlertClosedError):
        unacknowledge_alert(alert.pk, by="ana", at=NOON)


def test_an_alert_without_a_chain_can_be_taken_and_given_back() -> None:
    alert = AlertFactory.create()

    acknowledge_alert(alert.pk, by="ana", at=NOON)
    unacknowledge_alert(alert.pk, by="ana", at=NOON)

    assert not Alert.objects.get().acknowledged
    assert [kind for kind, _, _ in events(alert)] == ["acknowledged", "unacknowledged"]


def test_taking_it_a_second_time_keeps_the_chain_where_it_was() -> None:
    alert = firing(policy_of({}, {"wait_seconds": 900}))
    escalation.sweep(after(5))
    for minute in (6, 8):
        acknowledge_alert(alert.pk, by="ana", at=after(minute))
        unacknowledge_alert(alert.pk, by="ana", at=after(minute + 1))

    alert.refresh_from_db()
    assert (alert.escalation_step, alert.next_step_at) == (1, after(20))
