"""What goes wrong with one rule ends with that rule; of two evaluators each rule has one."""

import math
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from types import ModuleType
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from alerts.models import Alert, AlertRule, Notification
from alerts.services import evaluate, evaluate_rules, isolation, plain_plan
from alerts.services.evaluation_lock import be_the_evaluator
from tests.alerts.factories import NOON, AlertRuleFactory
from tests.alerts.samples import push, report

MINUTE = timedelta(minutes=1)
Counted = list[tuple[str, dict[str, str], float]]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """What the evaluation counts, in place of the process's instruments."""
    seen: Counted = []

    def count(metric: str, labels: dict[str, str], by: float = 1) -> None:
        seen.append((metric, labels, by))

    monkeypatch.setattr(evaluate, "count", count)
    monkeypatch.setattr(isolation, "count", count)
    return seen


@pytest.mark.django_db
def test_a_rule_with_an_odd_row_does_not_stop_the_others(
    counted: Counted, caplog: pytest.LogCaptureFixture
) -> None:
    odd = AlertRuleFactory.create(rule_name="odd", metric_name="cpu", no_data_policy="odd")
    good = AlertRuleFactory.create(metric_name="cpu")
    report("cpu", 85)

    evaluate_rules(at=NOON)

    assert Alert.objects.get().rule_id == good.pk
    assert counted == [("alert_rule_evaluation_failures_total", {"rule_name": "odd"}, 1)]
    assert "rule not evaluated" in caplog.text
    odd.refresh_from_db()
    assert odd.last_evaluated_at is None


@pytest.mark.django_db
@pytest.mark.usefixtures("mail")
def test_a_value_that_cannot_be_written_costs_its_rule_alone(
    counted: Counted, caplog: pytest.LogCaptureFixture
) -> None:
    AlertRuleFactory.create(rule_name="endless", metric_name="m", notification_channels=["email"])
    AlertRuleFactory.create(metric_name="cpu", notification_channels=["email"])
    report("m", math.inf)
    report("cpu", 85)

    owed = evaluate_rules(at=NOON)

    alert = Alert.objects.get()
    assert (alert.value, alert.transition_seq) == (85, 1)
    assert Notification.objects.get().pk in owed
    assert counted == [("alert_rule_evaluation_failures_total", {"rule_name": "endless"}, 1)]
    assert "writing them rule by rule" in caplog.text


@pytest.mark.django_db
def test_a_rule_that_failed_is_tried_again_the_next_time() -> None:
    rule = AlertRuleFactory.create(metric_name="cpu", no_data_policy="odd")
    report("cpu", 85)
    evaluate_rules(at=NOON)
    AlertRule.objects.filter(pk=rule.pk).update(no_data_policy="keep")

    evaluate_rules(at=NOON)

    assert Alert.objects.get().state == "firing"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("module", "step"),
    [(plain_plan, "read_values"), (plain_plan, "plan_rule"), (evaluate, "carry_out")],
)
def test_a_database_that_goes_away_ends_the_whole_evaluation(
    module: ModuleType, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    AlertRuleFactory.create(metric_name="cpu")
    report("cpu", 85)
    monkeypatch.setattr(module, step, gone)

    with pytest.raises(OperationalError):
        evaluate_rules(at=NOON)


@pytest.mark.django_db
def test_evaluations_that_did_not_take_place_are_counted(counted: Counted) -> None:
    AlertRuleFactory.create_batch(2)
    for minute in (0, 1, 5):
        evaluate_rules(at=NOON + minute * MINUTE)

    assert counted == [("alert_rule_evaluations_missed_total", {}, 6)]


@pytest.mark.django_db(transaction=True)
def test_while_one_evaluates_another_evaluator_does_nothing() -> None:
    AlertRuleFactory.create(metric_name="cpu")
    push("cpu", "85")

    with transaction.atomic():
        assert be_the_evaluator()
        with ThreadPoolExecutor(1) as other:
            assert other.submit(_evaluate_and_disconnect).result(timeout=10) == []

    assert not Alert.objects.exists()
    assert _evaluate_and_disconnect() == []
    assert Alert.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("mail")
def test_many_evaluators_have_the_effect_of_one() -> None:
    AlertRuleFactory.create_batch(5, metric_name="cpu", notification_channels=["email"])
    push("cpu{host=a}", "85")
    push("cpu{host=b}", "85")
    start = Barrier(4)

    def run() -> list[int]:
        start.wait(timeout=10)
        return _evaluate_and_disconnect()

    with ThreadPoolExecutor(4) as evaluators:
        owed = [each.result() for each in [evaluators.submit(run) for _ in range(4)]]

    assert Alert.objects.count() == 10
    everything = sorted(number for numbers in owed for number in numbers)
    assert everything == sorted(Notification.objects.values_list("pk", flat=True))
    assert len(everything) == 10


def _evaluate_and_disconnect() -> list[int]:
    try:
        return evaluate_rules(at=NOON)
    finally:
        connection.close()
