"""People, policies and alerts that fire under them."""

# factory-boy ships types, but its declarations have none.
# mypy: allow-untyped-calls

from datetime import date, datetime, time, timedelta
from typing import Any

from factory.declarations import Sequence
from factory.django import DjangoModelFactory

from alerts.models import (
    Alert,
    Contact,
    EscalationPolicy,
    EscalationStep,
    Event,
    Notification,
    OnCallRotation,
    RotationMember,
)
from alerts.services import escalation
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory


class ContactFactory(DjangoModelFactory[Contact]):
    """A person who can be reached by e-mail."""

    class Meta:
        model = Contact

    name = Sequence(lambda n: f"Person {n}")
    email = Sequence(lambda n: f"person-{n}@example.org")


class RotationFactory(DjangoModelFactory[OnCallRotation]):
    """Turns that change on Mondays at nine, UTC."""

    class Meta:
        model = OnCallRotation

    name = Sequence(lambda n: f"Rotation {n}")
    handoff_time = time(9)
    first_week = date(2025, 1, 6)


def rotation_of(*contacts: Contact, **fields: Any) -> OnCallRotation:
    """Return a rotation of these people, the first one in the week of NOON."""
    rotation = RotationFactory.create(**fields)
    for position, contact in enumerate(contacts, start=1):
        RotationMember.objects.create(rotation=rotation, contact=contact, position=position)
    return rotation


def policy_of(*steps: dict[str, Any], **fields: Any) -> EscalationPolicy:
    """Return a policy of these steps, of five minutes' wait each unless they say otherwise."""
    policy = EscalationPolicy.objects.create(**{"name": "Payments", **fields})
    for position, step in enumerate(steps, start=1):
        usual = {"wait_seconds": 300, "kind": "channel", "channel": "email"}
        EscalationStep.objects.create(policy=policy, position=position, **{**usual, **step})
    return policy


def firing(policy: EscalationPolicy | None, **fields: Any) -> Alert:
    """Return an alert that fires since noon under the policy."""
    rule = AlertRuleFactory.create(escalation_policy=policy)
    alert = AlertFactory.build(rule=rule, transition_seq=1, **fields)
    escalation.begin([alert], at=alert.fired_at or NOON)
    alert.save(force_insert=True)
    return alert


def after(minutes: float = 0, seconds: float = 0) -> datetime:
    """Return an instant so long after noon."""
    return NOON + timedelta(minutes=minutes, seconds=seconds)


def told() -> list[tuple[str, int, str, str]]:
    """Kind, step, channel and recipient of all messages, in the order in which they were owed."""
    rows = Notification.objects.order_by("pk")
    return list(rows.values_list("kind", "step", "channel", "recipient"))


def events(alert: Alert) -> list[tuple[str, str, str]]:
    """Kind, actor and door of all that happened to an alert, in order."""
    rows = Event.objects.filter(alert=alert).order_by("at", "pk")
    return list(rows.values_list("kind", "actor", "via"))


def detail_of(alert: Alert, kind: str) -> dict[str, Any]:
    """Return the detail of the newest event of a kind."""
    found: Event = Event.objects.filter(alert=alert, kind=kind).latest("pk")
    return dict(found.detail)
