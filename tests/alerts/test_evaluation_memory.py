"""What is remembered of earlier evaluations: one row for rules in step, columns of their own for the others."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts.models import Alert, AlertRule, EvaluationState
from alerts.models.choices import NoDataPolicy
from alerts.services import evaluate_rules, update_rule
from tests.alerts.factories import NOON
from tests.alerts.samples import MINUTE, evaluate, report, rule_on, states

pytestmark = pytest.mark.django_db

Memory = tuple[datetime | None, datetime | None]


def memory_of(rule: AlertRule) -> Memory:
    rule.refresh_from_db()
    return rule.last_evaluated_at, rule.watched_since


def common() -> Memory:
    state = EvaluationState.objects.get()
    return state.last_evaluated_at, state.watched_since


def alone(rule: AlertRule, minute: float) -> list[int]:
    return evaluate_rules(at=NOON + minute * MINUTE, rule_ids=[rule.pk])


def test_rules_in_step_are_written_once_and_then_no_more() -> None:
    rules = [rule_on() for _ in range(3)]
    evaluate()
    assert [memory_of(rule) for rule in rules] == [(None, NOON)] * 3

    with CaptureQueriesContext(connection) as queries:
        evaluate(1)

    assert not [query for query in queries if query["sql"].strip().startswith("UPDATE")]
    assert common() == (NOON + MINUTE, NOON)


def test_a_rule_evaluated_by_itself_remembers_it_itself_and_comes_back_into_step() -> None:
    rule, other = rule_on(), rule_on()
    evaluate()

    alone(rule, 0.5)
    assert memory_of(rule) == (NOON + 0.5 * MINUTE, NOON)
    assert (memory_of(other), common()) == ((None, NOON), (NOON, NOON))

    evaluate(1)
    assert memory_of(rule) == (None, NOON)


def test_a_rule_evaluated_by_itself_is_not_evaluated_again_for_that_instant() -> None:
    rule = rule_on()
    report("cpu", 50)
    alone(rule, 0)
    report("cpu", 90)

    evaluate()

    assert states() == []
    evaluate(1)
    assert states() == ["firing"]


def test_a_new_rule_counts_from_its_own_first_evaluation() -> None:
    rule_on()
    evaluate()
    late = rule_on("m", no_data_policy=NoDataPolicy.FIRE)
    fired_at = []
    for minute in range(1, 9):
        evaluate(minute)
        fired_at += [minute for _ in Alert.objects.filter(fired_at=NOON + minute * MINUTE)]

    assert memory_of(late) == (None, NOON + MINUTE)
    assert fired_at == [7]


def test_a_rule_that_failed_keeps_its_last_evaluation_until_it_can_be_evaluated_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its hold must not count time in which nobody looked."""
    rule, good = rule_on(duration=120), rule_on()
    report("cpu", 85)
    evaluate()
    AlertRule.objects.filter(pk=rule.pk).update(label_matchers=["odd"])
    for minute in (1, 2):
        evaluate(minute)
    assert memory_of(rule) == (NOON, NOON)
    assert memory_of(good) == (None, NOON)
    AlertRule.objects.filter(pk=rule.pk).update(label_matchers={})
    evaluate(3)

    assert Alert.objects.get(rule=rule).state == "firing"
    assert memory_of(rule) == (None, NOON)


def test_a_rule_that_failed_from_the_start_has_no_memory() -> None:
    rule = rule_on(label_matchers=["odd"])
    evaluate()

    assert memory_of(rule) == (None, None)


def test_a_long_gap_begins_a_new_run_for_all_rules_in_step() -> None:
    rule = rule_on("m", no_data_policy=NoDataPolicy.FIRE)
    evaluate()
    for minute in range(60, 66):
        evaluate(minute)
    assert states() == []
    assert common() == (NOON + 65 * MINUTE, NOON + 60 * MINUTE)
    assert memory_of(rule) == (None, NOON)

    evaluate(66)

    assert states() == ["firing"]


def test_a_clock_set_back_moves_the_start_of_the_run_with_it() -> None:
    early = rule_on()
    evaluate()
    late = rule_on()
    evaluate(1)

    evaluate(0.5)
    assert common() == (NOON + 0.5 * MINUTE, NOON)
    assert (memory_of(early), memory_of(late)) == ((None, NOON), (None, NOON + 0.5 * MINUTE))

    evaluate(-1)
    assert common() == (NOON - MINUTE, NOON - MINUTE)
    assert memory_of(late) == (None, NOON - MINUTE)


def test_a_rule_that_is_switched_on_later_begins_anew() -> None:
    rule = rule_on("m", no_data_policy=NoDataPolicy.FIRE)
    evaluate()
    update_rule(rule.pk, {"enabled": False}, by="ana", at=NOON)
    for minute in range(1, 6):
        evaluate(minute)
    update_rule(rule.pk, {"enabled": True}, by="ana", at=NOON + 5 * MINUTE)

    evaluate(6)

    assert memory_of(rule) == (None, NOON + 6 * MINUTE)
    for minute in range(7, 12):
        evaluate(minute)
    assert states() == []
    evaluate(12)
    assert states() == ["firing"]


def test_a_lost_row_of_the_common_evaluation_is_a_first_evaluation() -> None:
    rule_on("m", no_data_policy=NoDataPolicy.FIRE)
    evaluate()
    EvaluationState.objects.all().delete()

    evaluate(30)

    assert common() == (NOON + 30 * MINUTE, NOON + 30 * MINUTE)
    assert states() == []


def test_without_rules_the_evaluation_takes_place_all_the_same() -> None:
    evaluate()

    assert common() == (NOON, NOON)


@pytest.mark.parametrize(
    ("minutes", "missed"), [((0, 1), 0), ((0, 1.4), 0), ((0, 1.6), 1), ((0, 4), 3), ((1, 0), 0)]
)
def test_missed_evaluations_are_those_that_fit_between_two(
    minutes: tuple[float, float], missed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[tuple[Any, ...]] = []
    monkeypatch.setattr("alerts.services.evaluate.count", lambda *args: counted.append(args))
    rule_on()
    for minute in minutes:
        evaluate(minute)

    assert counted == ([("alert_rule_evaluations_missed_total", {}, missed)] if missed else [])


def test_instants_are_exact_to_the_microsecond() -> None:
    rule = rule_on()
    at = NOON.replace(microsecond=123_457)
    evaluate_rules(at=at, rule_ids=[rule.pk])
    evaluate_rules(at=at)

    assert memory_of(rule) == (at, at)
