"""Killed at each point of firing, escalating, acknowledging and resolving: all of a transition is there, or none."""

from collections.abc import Callable
from unittest import mock

import pytest
from django.db import transaction

from alerts import events, outbox
from alerts.models import Alert, Event, Notification
from alerts.services import (
    acknowledge_alert,
    acknowledgement,
    escalation,
    escalation_step,
    notices,
    reminders,
    resolve_alert,
    transitions,
    unacknowledge_alert,
)
from alerts.services.reach import whom
from tests.alerts.delivery.fakes import PowerCut
from tests.alerts.escalation.rows import after, firing, policy_of, told
from tests.alerts.factories import NOON
from tests.alerts.samples import evaluate, report, rule_on

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("channels")]

Work = Callable[[Alert], object]


def fire(_: Alert) -> object:
    return evaluate()


def escalate(_: Alert) -> object:
    return escalation.sweep(after(5))


def acknowledge(alert: Alert) -> object:
    return acknowledge_alert(alert.pk, by="ana", at=after(5))


def give_back(alert: Alert) -> object:
    return unacknowledge_alert(alert.pk, by="ana", at=after(5))


def resolve(alert: Alert) -> object:
    return resolve_alert(alert.pk, by="ana", at=after(5))


def remind(_: Alert) -> object:
    return escalation.sweep(after(20))


def everything() -> list[object]:
    """All rows that a transition may touch."""
    alerts = Alert.objects.order_by("pk").values_list(
        "pk", "state", "acknowledged", "escalation_step", "next_step_at", "remind_at", "escalation"
    )
    return [
        *alerts,
        *told(),
        *Event.objects.order_by("pk").values_list("kind", "alert_id"),
    ]


def killed_at(point: tuple[object, str], work: Work, alert: Alert) -> None:
    module, name = point
    with mock.patch.object(module, name, side_effect=PowerCut), pytest.raises(PowerCut):
        work(alert)


def killed_after(point: tuple[object, str], work: Work, alert: Alert) -> None:
    module, name = point
    real = getattr(module, name)

    def then_die(*args: object, **kwargs: object) -> object:
        real(*args, **kwargs)
        raise PowerCut

    with mock.patch.object(module, name, then_die), pytest.raises(PowerCut):
        work(alert)


KILLED = pytest.mark.parametrize("killed", [killed_at, killed_after], ids=["before", "after"])


@KILLED
@pytest.mark.parametrize(
    "point",
    [
        (notices, "schedule"),
        (escalation, "begin"),
        (events, "record_for_all"),
        (notices, "owe_all"),
    ],
    ids=lambda point: point[1],
)
def test_firing(killed: Callable[..., None], point: tuple[object, str]) -> None:
    rule_on(notification_channels=["email"], escalation_policy=policy_of({}))
    report("cpu", 85)

    killed(point, fire, None)

    assert everything() == []
    evaluate()
    alert = Alert.objects.get()
    assert (alert.state, alert.next_step_at) == ("firing", after(5))
    assert [kind for kind, *_ in told()] == ["firing"]


@KILLED
@pytest.mark.parametrize(
    "point",
    [
        (escalation_step, "due_after"),
        (escalation_step, "whom"),
        (outbox, "owe_to"),
        (events, "record"),
        (escalation_step, "_record"),
    ],
    ids=lambda point: point[1],
)
def test_escalating(killed: Callable[..., None], point: tuple[object, str]) -> None:
    alert = firing(policy_of({}, {}))
    before = everything()

    killed(point, escalate, alert)

    assert everything() == before
    escalate(alert)
    escalate(alert)
    assert [(kind, step) for kind, step, *_ in told()] == [("escalation", 1)]
    assert list(Event.objects.values_list("kind", flat=True)) == ["escalated"]


@KILLED
@pytest.mark.parametrize(
    "point",
    [(acknowledgement, "give"), (events, "record"), (outbox, "owe_acknowledged")],
    ids=lambda point: point[1],
)
def test_acknowledging(killed: Callable[..., None], point: tuple[object, str]) -> None:
    alert = firing(policy_of({}))
    before = everything()

    killed(point, acknowledge, alert)

    assert everything() == before
    acknowledge(alert)
    assert escalate(alert) == []
    assert list(Event.objects.values_list("kind", flat=True)) == ["acknowledged"]


@KILLED
@pytest.mark.parametrize(
    "point", [(acknowledgement, "take_back"), (events, "record")], ids=lambda point: point[1]
)
def test_giving_back(killed: Callable[..., None], point: tuple[object, str]) -> None:
    alert = firing(policy_of({}))
    acknowledge(alert)
    before = everything()

    killed(point, give_back, alert)

    assert everything() == before
    give_back(alert)
    assert len(escalation.sweep(after(5))) == 1


@KILLED
@pytest.mark.parametrize(
    "point",
    [
        (transitions, "resolve"),
        (events, "record_for_all"),
        (notices, "owe_all"),
    ],
    ids=lambda point: point[1],
)
def test_resolving(killed: Callable[..., None], point: tuple[object, str]) -> None:
    alert = firing(policy_of({}), notification_channels=["email"])
    before = everything()

    killed(point, resolve, alert)

    assert everything() == before
    resolve(alert)
    assert escalate(alert) == []
    assert list(Event.objects.values_list("kind", flat=True)) == ["resolved"]


@KILLED
@pytest.mark.parametrize(
    "point",
    [(reminders, "remind_due"), (outbox, "owe_to"), (events, "record")],
    ids=lambda point: point[1],
)
def test_reminding(killed: Callable[..., None], point: tuple[object, str]) -> None:
    alert = firing(policy_of({}, remind_after_seconds=600), notification_channels=["email"])
    acknowledge(alert)
    before = everything()

    killed(point, remind, alert)

    assert everything() == before
    remind(alert)
    assert [(kind, step) for kind, step, *_ in told()] == [("reminder", 1)]


def test_what_was_taken_before_the_crash_of_a_later_alert_stays_taken() -> None:
    """One transaction holds a few alerts: what had been committed before the crash is not owed again."""
    policy = policy_of({})
    alerts = [firing(policy) for _ in range(120)]
    real, calls = whom, 0

    def die_late(*args: object) -> object:
        nonlocal calls
        calls += 1
        if calls > 60:
            raise PowerCut
        return real(*args)  # type: ignore[arg-type]  # handed on as they came

    with mock.patch.object(escalation_step, "whom", die_late), pytest.raises(PowerCut):
        escalation.sweep(after(5))
    assert Notification.objects.count() == 50

    escalation.sweep(after(5, seconds=5))

    assert Notification.objects.count() == len(alerts)
    assert set(Alert.objects.values_list("escalation_step", flat=True)) == {1}


def test_what_the_caller_rolls_back_was_never_begun() -> None:
    policy = policy_of({})

    def killed_before_commit() -> None:
        with transaction.atomic():
            firing(policy)
            raise PowerCut

    with pytest.raises(PowerCut):
        killed_before_commit()

    assert everything() == []
    assert escalation.sweep(NOON) == []
