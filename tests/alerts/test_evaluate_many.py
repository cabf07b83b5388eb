"""Thousands of series and alerts: what an evaluation writes, and what a restarted process owes again. Real door."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert, EscalationPolicy, EscalationStep, Event, Notification
from alerts.services import evaluate_rules, rulebook, series_table
from monitoring.ingest.door import ingest
from monitoring.storage import unsealed
from monitoring.types import Origin, Sample
from tests.alerts.factories import NOON
from tests.alerts.samples import MINUTE, evaluate, push, report, rule_on, states

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]

MANY = 5_000


@pytest.fixture
def _series_are_allowed(settings: object) -> Iterator[None]:
    for limit in (
        "SERIES_TOTAL",
        "SERIES_PER_SERVICE",
        "SERIES_PER_CLIENT",
        "NEW_SERIES_PER_MINUTE",
    ):
        setattr(settings, f"MAX_{limit}", 1_000_000)
    return iter(())


def push_many(value: float, minute: int) -> None:
    at = NOON + minute * MINUTE
    samples = [Sample("cpu", "s", value, at, labels={"host": f"h{n}"}) for n in range(MANY)]
    assert not ingest(samples, origin=Origin.PUSH, at=at).rejected


def restart() -> None:
    """Forget what a process keeps in memory."""
    rulebook.begin_anew()
    series_table.begin_anew()
    unsealed.begin_anew()


@pytest.mark.usefixtures("_series_are_allowed")
def test_a_restart_with_thousands_of_firing_alerts_owes_nothing_again() -> None:
    rule_on(notification_channels=["email"])
    push_many(90, 0)
    owed = evaluate()
    assert len(set(owed)) == MANY
    push_many(91, 1)
    restart()

    assert evaluate(1) == []

    assert Notification.objects.count() == MANY
    assert Event.objects.count() == MANY
    assert Alert.objects.filter(state="firing", value=91, transition_seq=1).count() == MANY


def test_what_is_not_remembered_by_the_process_is_in_the_rows() -> None:
    rule_on(duration=120, keep_firing_for=120)
    seen = []
    for minute, value in enumerate([85, 85, 85, 50, 50, 50]):
        push("cpu", str(value), end=NOON + minute * MINUTE)
        restart()
        evaluate(minute)
        seen += states()

    assert seen == ["pending", "pending", "firing", "firing", "firing", "resolved"]


def test_new_series_are_seen_by_a_process_that_knows_the_others() -> None:
    rule_on()
    push("cpu{host=a}", "90")
    evaluate()
    push("cpu{host=b}", "90", end=NOON + MINUTE)

    evaluate(1)

    assert Alert.objects.count() == 2


def test_the_chain_of_a_policy_is_frozen_on_new_and_on_pending_alerts_and_ends_with_them() -> None:
    policy = EscalationPolicy.objects.create(name="night")
    EscalationStep.objects.create(
        policy=policy, position=1, wait_seconds=300, kind="channel", channel="email"
    )
    rule_on(rule_name="at once", escalation_policy=policy)
    rule_on(rule_name="held", escalation_policy=policy, duration=60)
    rule_on(rule_name="none")
    for minute in range(2):
        report("cpu", 90, at=NOON + minute * MINUTE)
        evaluate(minute)

    due = dict(Alert.objects.values_list("rule__rule_name", "next_step_at"))
    assert due == {"at once": NOON + 5 * MINUTE, "held": NOON + 6 * MINUTE, "none": None}
    held = Alert.objects.get(rule__rule_name="held")
    assert held.escalation is not None
    assert len(held.escalation["steps"]) == 1
    assert Alert.objects.get(rule__rule_name="none").escalation is None

    report("cpu", 10, at=NOON + 2 * MINUTE)
    evaluate(2)
    assert set(Alert.objects.values_list("state", "next_step_at", "remind_at")) == {
        ("resolved", None, None)
    }


def test_pending_alerts_with_different_channels_fire_in_one_statement() -> None:
    channels: list[list[str]] = [["email"], [], ["email", "webhook"], ['od"d, {1}']]
    for number, own in enumerate(channels):
        rule_on(rule_name=str(number), duration=60, notification_channels=own)
    report("cpu", 90)
    evaluate()
    report("cpu", 90, at=NOON + MINUTE)

    with CaptureQueriesContext(connection) as queries:
        evaluate(1)

    firing = Alert.objects.filter(state="firing", fired_at=NOON + MINUTE, transition_seq=1)
    assert [each.notification_channels for each in firing.order_by("rule__rule_name")] == channels
    updates = [query for query in queries if query["sql"].strip().startswith("UPDATE alerts")]
    assert len(updates) == 2  # what was seen, and that they fire


def test_evaluations_of_chosen_rules_and_of_all_take_turns() -> None:
    """Another choice of rules must not make the process forget which series each of them watches."""
    one, other = rule_on("cpu"), rule_on("memory")
    for minute in range(4):
        push("cpu", "90", end=NOON + minute * MINUTE)
        push("memory", "90", end=NOON + minute * MINUTE)
        evaluate_rules(at=NOON + minute * MINUTE, rule_ids=[(one, other)[minute % 2].pk])
        evaluate(minute + 0.5)

    assert states() == ["firing", "firing"]


@pytest.mark.django_db(
    transaction=True
)  # a transaction that has written samples looks at them anew
def test_series_of_other_metrics_do_not_make_a_process_forget_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somewhere a new series appears nearly every minute."""
    built: list[int] = []

    class Counted(series_table.SeriesTable):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            built.append(len(self.refs))

    monkeypatch.setattr(series_table, "SeriesTable", Counted)
    restart()
    rule_on()
    for minute, series in enumerate(["cpu{host=a}", "other{host=a}", "cpu{host=b}"]):
        push(series, "90", end=NOON + minute * MINUTE)
        evaluate(minute)

    assert built == [1, 2]
    assert Alert.objects.count() == 2
