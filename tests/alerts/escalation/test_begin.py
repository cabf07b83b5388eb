"""What is frozen on an alert when it fires."""

from collections.abc import Sequence
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from alerts.escalation.chain import Chain
from alerts.models import Alert, EscalationPolicy
from alerts.services import escalation
from tests.alerts.escalation.rows import (
    ContactFactory,
    after,
    firing,
    policy_of,
    rotation_of,
)
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory

pytestmark = pytest.mark.django_db


def unsaved(policy: EscalationPolicy | None, **fields: Any) -> Alert:
    rule = AlertRuleFactory.create(escalation_policy=policy)
    return AlertFactory.build(rule=rule, **fields)


def begun(alerts: Sequence[Alert]) -> None:
    escalation.begin(alerts, at=NOON)


def test_without_a_policy_nothing_is_due() -> None:
    alert = unsaved(None, escalation={"old": 1}, escalation_step=3, next_step_at=NOON)

    begun([alert])

    assert (alert.escalation, alert.escalation_step) == (None, 0)
    assert (alert.next_step_at, alert.remind_at) == (None, None)


def test_a_finding_has_no_chain() -> None:
    alert = AlertFactory.build(rule=None)

    begun([alert])

    assert alert.escalation is None


def test_the_chain_names_whom_it_tells_but_no_address() -> None:
    ana = ContactFactory.create(name="Ana", email="ana@example.org", phone="+4915112345678")
    weekly = rotation_of(ana, name="Weekly")
    policy = policy_of(
        {"kind": "contact", "contact": ana, "channel": "sms"},
        {"kind": "rotation", "rotation": weekly, "wait_seconds": 600},
        {"kind": "channel", "channel": "slack"},
        repeats=2,
        remind_after_seconds=60,
        unacknowledge_after_seconds=90,
    )
    alert = unsaved(policy)

    begun([alert])

    chain = Chain.of(alert.escalation or {})
    assert [(step.kind, step.channel, step.target, step.name) for step in chain.steps] == [
        ("contact", "sms", str(ana.pk), "Ana"),
        ("rotation", "email", str(weekly.pk), "Weekly"),
        ("channel", "slack", "", ""),
    ]
    assert (chain.policy, chain.name, chain.repeats) == (str(policy.pk), "Payments", 2)
    assert (chain.remind_after_seconds, chain.unacknowledge_after_seconds) == (60, 90)
    assert "example.org" not in str(alert.escalation)
    assert "+49" not in str(alert.escalation)


def test_a_step_of_everybody_names_nobody_even_if_a_contact_is_left_in_its_row() -> None:
    alert = unsaved(policy_of({"kind": "channel", "contact": ContactFactory.create()}))

    begun([alert])

    assert Chain.of(alert.escalation or {}).steps[0].target == ""


def test_the_first_wait_counts_from_when_people_are_told() -> None:
    policy = policy_of({})
    at_once, cooling = unsaved(policy), unsaved(policy, notify_at=after(20))

    begun([at_once, cooling])

    assert (at_once.next_step_at, cooling.next_step_at) == (after(5), after(25))


def test_steps_for_worse_alerts_are_left_out() -> None:
    policy = policy_of({"minimum_severity": "critical"}, {"wait_seconds": 60})
    mild, bad = unsaved(policy, severity="warning"), unsaved(policy, severity="critical")

    begun([mild, bad])

    assert [len(Chain.of(alert.escalation or {}).steps) for alert in (mild, bad)] == [1, 2]
    assert (mild.next_step_at, bad.next_step_at) == (after(6), after(5))


def test_who_acknowledged_a_pending_alert_is_reminded_and_nobody_else_is_told() -> None:
    policy = policy_of({}, remind_after_seconds=3_600)
    alert = unsaved(policy, acknowledged=True, acknowledged_at=after(-10))

    begun([alert])

    assert (alert.next_step_at, alert.remind_at) == (None, after(50))


def test_a_policy_that_is_changed_later_leaves_the_chain_as_it_was() -> None:
    policy = policy_of({})
    alert = firing(policy)
    policy.steps.all().delete()

    alert.refresh_from_db()

    assert len(Chain.of(alert.escalation or {}).steps) == 1


def test_the_number_of_queries_does_not_grow(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    policy = policy_of({"kind": "contact", "contact": ContactFactory.create()}, {})
    other = policy_of({}, name="Other")
    alerts = [unsaved(each) for each in [policy, other, None] * 5]

    with django_assert_num_queries(2):
        begun(alerts)


def test_without_any_policy_there_is_no_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    alerts = [unsaved(None), AlertFactory.build(rule=None)]

    with django_assert_num_queries(0):
        begun(alerts)
