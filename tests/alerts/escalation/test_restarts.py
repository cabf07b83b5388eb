"""A thousand chains over three restarts: each step within a minute of its time, none after an acknowledgement.

Goal G9 of the service's reliability. Time is simulated: sweeps every five seconds, killed in the middle of their
work three times and then gone for 45 seconds.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from statistics import quantiles
from unittest import mock
from uuid import UUID

import pytest

from alerts.models import Alert, EscalationPolicy, Event, Notification
from alerts.services import acknowledge_alert, escalation, escalation_step
from alerts.services.reach import whom
from tests.alerts.delivery.fakes import PowerCut
from tests.alerts.escalation.rows import after, policy_of
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("channels")]

CHAINS = 1_000
EVERY = timedelta(seconds=5)
DOWN = timedelta(seconds=45)
RESTARTS = (after(3.5), after(6.5), after(8.5))
END = after(12)


@dataclass(frozen=True)
class Life:
    """One alert as the test means it: when it fires, when each step is due, when somebody takes it."""

    fired_at: datetime
    dues: tuple[datetime, ...]
    taken_at: datetime | None

    def expected(self) -> list[datetime]:
        """The steps that are due a sweep's distance before the alert is taken; the last ones may go either way."""
        return [due for due in self.dues if self.taken_at is None or due < self.taken_at]


def lives(policies: list[tuple[EscalationPolicy, list[int]]]) -> dict[UUID, Life]:
    """Make the alerts: they fire within a minute, and a third of them is taken at some time."""
    chance = random.Random(9)
    rows, found = [], {}
    rules = [AlertRuleFactory.create(escalation_policy=policy) for policy, _ in policies]
    for number in range(CHAINS):
        fired_at = NOON + timedelta(seconds=chance.randrange(60))
        waits = policies[number % len(policies)][1]
        alert = AlertFactory.build(
            rule=rules[number % len(policies)], fired_at=fired_at, notify_at=fired_at
        )
        escalation.begin([alert], at=fired_at)
        rows.append(alert)
        dues = tuple(fired_at + timedelta(seconds=wait) for wait in accumulate(waits))
        taken_at = fired_at + timedelta(seconds=chance.randrange(600)) if number % 3 == 0 else None
        found[alert.pk] = Life(fired_at, dues, taken_at)
    Alert.objects.bulk_create(rows)
    return found


@contextmanager
def killed_in_the_middle() -> Iterator[None]:
    """Let the process die at the third step that it takes in a sweep."""
    real, calls = whom, 0

    def die(*args: object) -> object:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise PowerCut
        return real(*args)  # type: ignore[arg-type]  # handed on as they came

    with mock.patch.object(escalation_step, "whom", die):
        yield


def run(alerts: dict[UUID, Life]) -> None:
    """Let time pass: people acknowledge, sweeps come and go."""
    taken = sorted((life.taken_at, pk) for pk, life in alerts.items() if life.taken_at)
    up_again, restarts, at = NOON, list(RESTARTS), NOON
    while at < END:
        while taken and taken[0][0] <= at:
            instant, pk = taken.pop(0)
            acknowledge_alert(pk, by="ana", at=instant)
        if restarts and at >= restarts[0]:
            up_again = restarts.pop(0) + DOWN
            with killed_in_the_middle(), pytest.raises(PowerCut):
                escalation.sweep(at)
        if at >= up_again:
            escalation.sweep(at)
        at += EVERY


def test_each_step_comes_within_a_minute_of_its_time_and_none_after_an_acknowledgement() -> None:
    plans = [[60, 120, 240], [180, 180], [300, 60, 60, 60], [45, 400]]
    policies = [
        (policy_of(*[{"wait_seconds": wait} for wait in waits], name=str(waits)), waits)
        for waits in plans
    ]
    alerts = lives(policies)

    run(alerts)

    steps: dict[UUID, list[Event]] = {pk: [] for pk in alerts}
    for event in Event.objects.filter(kind="escalated").order_by("pk"):
        steps[event.alert_id].append(event)  # type: ignore[index]  # these have an alert
    lateness = []
    for pk, life in alerts.items():
        dues = [datetime.fromisoformat(event.detail["due_at"]) for event in steps[pk]]
        # What was due while everything was down may have been acknowledged before it came back.
        swallowed = [due for due in life.expected() if due not in dues]
        assert dues == list(life.dues[: len(dues)])
        assert all(life.taken_at and due + DOWN + 2 * EVERY > life.taken_at for due in swallowed)
        assert all(
            life.taken_at is None or event.at <= life.taken_at + EVERY for event in steps[pk]
        )
        lateness += [event.detail["lateness_seconds"] for event in steps[pk]]
    assert Notification.objects.filter(kind="escalation").count() == len(lateness)
    assert max(lateness) < 60
    cuts = quantiles(lateness, n=100)
    print(  # noqa: T201 - the figures of this run, shown with `pytest -s`
        f"chains {len(alerts)}, steps {len(lateness)}, restarts {len(RESTARTS)}, lateness in s:"
        f" p50 {cuts[49]:.1f}, p90 {cuts[89]:.1f}, p99 {cuts[98]:.1f}, max {max(lateness):.1f}"
    )


def test_a_step_that_fell_due_while_everything_was_down_is_taken_at_the_first_sweep() -> None:
    rule = AlertRuleFactory.create(escalation_policy=policy_of({}))
    alert = AlertFactory.build(rule=rule)
    escalation.begin([alert], at=NOON)
    alert.save(force_insert=True)

    assert len(escalation.sweep(after(5, seconds=59))) == 1
    assert Event.objects.get(kind="escalated").detail["lateness_seconds"] == 59.0
