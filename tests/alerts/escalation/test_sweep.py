"""Steps of chains, swept: whom they tell, what is recorded, how the chain goes on."""

from typing import Any

import pytest

from alerts.models import Alert
from alerts.services import escalation
from tests.alerts.delivery.fakes import FakeChannel
from tests.alerts.escalation.rows import (
    ContactFactory,
    after,
    detail_of,
    events,
    firing,
    policy_of,
    rotation_of,
    told,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("channels")]


def standing(alert: Alert) -> tuple[int, Any]:
    alert.refresh_from_db()
    return alert.escalation_step, alert.next_step_at


def test_a_step_is_taken_when_it_is_due_and_not_before() -> None:
    alert = firing(policy_of({}, {"channel": "slack"}))

    assert escalation.sweep(after(5, seconds=-0.001)) == []
    assert told() == []
    owed = escalation.sweep(after(5))

    assert len(owed) == 1
    assert told() == [("escalation", 1, "email", "ops@example.org")]
    assert standing(alert) == (1, after(10))


def test_steps_go_on_in_their_order_until_the_chain_ends() -> None:
    alert = firing(policy_of({}, {"channel": "slack"}, repeats=1))

    for minute in range(40):
        escalation.sweep(after(minute))

    assert [(step, channel) for _, step, channel, _ in told()] == [
        (1, "email"),
        (2, "slack"),
        (3, "email"),
        (4, "slack"),
    ]
    assert standing(alert) == (4, None)
    kinds = [kind for kind, _, _ in events(alert)]
    assert kinds == ["escalated"] * 4 + ["exhausted"]
    assert detail_of(alert, "exhausted") == {"policy": "Payments", "steps": 4}
    assert [detail_of(alert, "escalated")[name] for name in ("step", "round")] == [4, 2]


def test_how_late_a_step_was_is_recorded(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    measured: list[tuple[str, float]] = []
    monkeypatch.setattr(
        "alerts.services.escalation_step.observe",
        lambda metric, _, value: measured.append((metric, value)),
    )
    alert = firing(policy_of({}))

    with django_capture_on_commit_callbacks(execute=True):
        escalation.sweep(after(5, seconds=7.25))

    detail = detail_of(alert, "escalated")
    assert detail["lateness_seconds"] == 7.25
    assert detail["due_at"] == after(5).isoformat()
    assert (detail["who"], detail["channels"], detail["note"]) == ("email", ["email"], "")
    assert measured == [("escalation_lateness_seconds", 7.25)]


def test_a_late_step_delays_the_others_only_as_far_as_it_must() -> None:
    alert = firing(policy_of({}, {}, {}))

    escalation.sweep(after(9))
    assert standing(alert) == (1, after(10))
    escalation.sweep(after(27))

    assert standing(alert) == (2, after(27))


def test_one_sweep_takes_one_step_of_each_alert() -> None:
    alert = firing(policy_of({}, {"wait_seconds": 0}))

    escalation.sweep(after(60))

    assert standing(alert)[0] == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"acknowledged": True},
        {"state": "resolved", "resolved_at": after(1)},
        {"state": "pending", "fired_at": None},
    ],
    ids=["acknowledged", "resolved", "pending"],
)
def test_only_what_fires_and_nobody_has_is_escalated(fields: dict[str, Any]) -> None:
    alert = firing(policy_of({}))
    Alert.objects.filter(pk=alert.pk).update(**fields)

    assert escalation.sweep(after(60)) == []
    assert told() == []


def test_a_step_for_a_person_goes_to_the_address_of_this_moment() -> None:
    ana = ContactFactory.create(name="Ana", email="old@example.org")
    alert = firing(policy_of({"kind": "contact", "contact": ana}))
    ana.email = "new@example.org"
    ana.save()

    escalation.sweep(after(5))

    assert told() == [("escalation", 1, "email", "new@example.org")]
    assert detail_of(alert, "escalated")["who"] == "Ana"


def test_a_step_for_a_rotation_goes_to_who_is_on_call_then() -> None:
    ana, bo = ContactFactory.create(name="Ana"), ContactFactory.create(name="Bo")
    rotation = rotation_of(ana, bo)
    rotation.overrides.create(contact=bo, starts_at=after(4), ends_at=after(6))
    steps = [{"kind": "rotation", "rotation": rotation}] * 2
    firing(policy_of(*steps))

    escalation.sweep(after(5))
    escalation.sweep(after(10))

    assert [recipient for *_, recipient in told()] == [bo.email, ana.email]


def test_all_recipients_of_a_channel_are_told(channels: dict[str, FakeChannel]) -> None:
    channels["slack"].addresses = ["C1", "C2", "C1"]
    firing(policy_of({"channel": "slack"}))

    assert len(escalation.sweep(after(5))) == 2

    assert told() == [("escalation", 1, "slack", "C1"), ("escalation", 1, "slack", "C2")]


def test_a_row_that_is_odd_is_put_off_and_does_not_hold_up_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd, sound = firing(policy_of({})), firing(policy_of({}, name="Other"))
    Alert.objects.filter(pk=odd.pk).update(escalation={"steps": "none"})
    counted: list[str] = []
    monkeypatch.setattr(escalation, "count", lambda metric, _: counted.append(metric))

    escalation.sweep(after(6))

    assert standing(odd) == (0, after(7))
    assert standing(sound) == (1, None)
    assert counted == ["escalation_failures_total"]


def test_more_alerts_than_one_sweep_takes_are_left_to_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(escalation, "MOST_AT_ONCE", 1)
    policy = policy_of({})
    late, later = firing(policy), firing(policy)
    Alert.objects.filter(pk=later.pk).update(next_step_at=after(6))

    escalation.sweep(after(10))
    assert (standing(late)[0], standing(later)[0]) == (1, 0)
    escalation.sweep(after(10))

    assert standing(later)[0] == 1


def test_a_repeated_sweep_of_the_same_instant_changes_nothing() -> None:
    firing(policy_of({}, {}))
    escalation.sweep(after(5))

    assert escalation.sweep(after(5)) == []
    assert len(told()) == 1
