"""Many at once: sweeps, people who acknowledge, people who resolve. Fault matrix, row "ack racing with escalation"."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, transaction

from alerts.models import Alert, Event, Notification
from alerts.services import acknowledge_alert, escalation, resolve_alert
from tests.alerts.escalation.rows import after, firing, policy_of
from tests.alerts.escalation.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("channels")]

ALERTS = 40
SWEEPERS = 20
STEPS = 12


def steps_of(alert: Alert) -> int:
    return Notification.objects.filter(alert=alert, kind="escalation").count()


@pytest.mark.parametrize(
    "stop",
    [
        partial(acknowledge_alert, by="ana", at=after(5)),
        partial(resolve_alert, by="ana", at=after(5)),
    ],
    ids=["acknowledge", "resolve"],
)
def test_no_step_is_owed_after_the_commit_that_stops_the_chain(
    stop: Callable[..., Alert],
) -> None:
    """60 threads: each alert is stopped while 20 sweeps take its steps, all of which are overdue."""
    policy = policy_of(*[{"wait_seconds": 1}] * STEPS)
    alerts = [firing(policy) for _ in range(ALERTS)]
    seen: dict[object, int] = {}

    def stop_one(alert: Alert) -> None:
        # Some at once, some after a step or two, so that every moment of a step is hit.
        for _ in range(alerts.index(alert) % 4):
            escalation.sweep(after(5))
        stop(alert.pk)
        # The commit is over: whatever is owed now, nothing may be added to it.
        seen[alert.pk] = steps_of(alert)

    def sweep_on() -> None:
        for _ in range(STEPS):
            escalation.sweep(after(5))

    work: list[Callable[[], None]] = [partial(stop_one, alert) for alert in alerts]
    at_once([*work, *[sweep_on] * SWEEPERS])
    for _ in range(STEPS):
        escalation.sweep(after(60))

    assert {alert.pk: steps_of(alert) for alert in alerts} == seen
    assert all(alert.next_step_at is None for alert in Alert.objects.all())
    taken = list(Event.objects.filter(kind="escalated").values_list("alert_id", "detail__step"))
    assert len(taken) == len(set(taken)) == sum(seen.values()) > 0


def test_of_many_sweeps_one_takes_each_step() -> None:
    policy = policy_of({}, {})
    alerts = [firing(policy) for _ in range(30)]

    owed = at_once([partial(escalation.sweep, after(5))] * 50)

    assert len([each for some in owed for each in some]) == len(alerts)
    assert Notification.objects.count() == len(alerts)
    assert set(Alert.objects.values_list("escalation_step", flat=True)) == {1}


def test_who_acknowledges_waits_for_the_step_that_is_being_taken() -> None:
    alert = firing(policy_of({}))
    taken = threading.Event()
    order: list[str] = []

    def acknowledge() -> None:
        try:
            taken.wait(10)
            acknowledge_alert(alert.pk, by="ana", at=after(5))
            order.append("acknowledged")
        finally:
            connection.close()

    person = threading.Thread(target=acknowledge)
    person.start()
    with transaction.atomic():
        escalation.sweep(after(5))
        taken.set()
        person.join(0.3)
        assert person.is_alive()
        order.append("step committed")
    person.join()

    assert order == ["step committed", "acknowledged"]
    assert list(Event.objects.order_by("pk").values_list("kind", flat=True)) == [
        "escalated",
        "exhausted",
        "acknowledged",
    ]


def test_a_sweep_passes_over_an_alert_that_somebody_is_just_acknowledging() -> None:
    alert, other = firing(policy_of({})), firing(policy_of({}, name="Other"))

    with transaction.atomic():
        acknowledge_alert(alert.pk, by="ana", at=after(5))
        at_once([partial(escalation.sweep, after(5))])

    assert [row.alert_id for row in Notification.objects.all()] == [other.pk]


def test_of_many_people_who_acknowledge_one_has_it() -> None:
    alert = firing(policy_of({}))

    found = at_once(
        [partial(acknowledge_alert, alert.pk, by=f"p{n}", at=after(1)) for n in range(50)]
    )

    assert len({each.acknowledged_by for each in found}) == 1
    assert Event.objects.filter(kind="acknowledged").count() == 1
