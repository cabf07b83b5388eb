"""Rules evaluated twice, late, or under a clock that was set back, on a real database."""

from datetime import timedelta

import pytest

from alerts.evaluation.fingerprint import fingerprint
from alerts.models import Alert, EvaluationState
from tests.alerts.factories import NOON, AlertFactory
from tests.alerts.samples import MINUTE, evaluate, report, rule_on, states

pytestmark = pytest.mark.django_db


def test_a_repeat_for_the_same_instant_changes_nothing() -> None:
    rule_on(notification_channels=["email"])
    report("cpu", 85)
    evaluate()
    report("cpu", 50, at=NOON + timedelta(seconds=1))

    assert evaluate() == []
    assert states() == ["firing"]


def test_a_clock_set_back_neither_fires_nor_resolves() -> None:
    rule_on()
    report("cpu{host=a}", 85)
    evaluate()
    report("cpu{host=a}", 50)
    report("cpu{host=b}", 85)

    evaluate(-10)

    assert states() == ["firing"]
    assert EvaluationState.objects.get().last_evaluated_at == NOON - 10 * MINUTE
    evaluate(-9)
    assert states() == ["resolved", "firing"]


def test_the_hold_survives_a_restart_because_it_is_a_row() -> None:
    rule_on(duration=120)
    report("cpu", 85)
    evaluate()
    alert = Alert.objects.get()

    assert (alert.state, alert.held_from, alert.last_evaluated_at) == ("pending", NOON, NOON)


def test_a_gap_that_does_not_count_moves_the_hold_on() -> None:
    rule_on(duration=120)
    report("cpu", 85)
    evaluate()
    report("cpu", 85, at=NOON + 30 * MINUTE)
    evaluate(30)

    alert = Alert.objects.get()
    assert (alert.state, alert.started_at) == ("pending", NOON)
    assert alert.held_from == NOON + 30 * MINUTE


def test_a_hold_that_was_moved_on_is_met_later() -> None:
    rule_on(duration=120)
    report("cpu", 85)
    evaluate()
    seen = []
    for minute in (30, 31, 32):
        report("cpu", 85, at=NOON + minute * MINUTE)
        evaluate(minute)
        seen.append(Alert.objects.get().state)

    assert seen == ["pending", "pending", "firing"]


def test_a_hold_without_its_own_start_counts_from_the_first_breach() -> None:
    rule = rule_on(duration=120, last_evaluated_at=NOON + MINUTE, watched_since=NOON)
    series = fingerprint("payment-service", {})
    AlertFactory.create(rule=rule, fingerprint=series, state="pending", held_from=None)
    report("cpu", 85, at=NOON + 2 * MINUTE)

    evaluate(2)

    assert Alert.objects.get().state == "firing"
