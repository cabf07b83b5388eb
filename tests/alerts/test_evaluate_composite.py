"""Rules over other rules, on a real database."""

from collections.abc import Iterator
from typing import Any

import pytest

from alerts.evaluation.fingerprint import OF_NOTHING, fingerprint
from alerts.models import Alert, AlertRule, Notification
from alerts.services import evaluate_rules, resolve_alert
from tests.alerts.factories import NOON, AlertRuleFactory
from tests.alerts.samples import MINUTE, evaluate, report, rule_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]


@pytest.fixture(autouse=True)
def _operands() -> Iterator[None]:
    rule_on("cpu", rule_name="hot")
    rule_on("backup", rule_name="busy", threshold=0)
    return iter(())


def composite(expression: str, **fields: Any) -> AlertRule:
    return AlertRuleFactory.create(metric_name="", expression=expression, **fields)


def alerts_of(rule: AlertRule) -> list[tuple[str, str]]:
    rows = Alert.objects.filter(rule=rule).order_by("created_at", "labels__host")
    return [(alert.labels.get("host", ""), alert.state) for alert in rows]


def test_a_composite_rule_follows_its_operands_within_one_evaluation() -> None:
    rule = composite("hot and not busy", rule_name="hot without reason")
    seen = []
    for minute, (cpu, backup) in enumerate([(50, 0), (90, 0), (90, 1), (90, 0), (50, 0)]):
        report("cpu", cpu, at=NOON + minute * MINUTE)
        report("backup", backup, at=NOON + minute * MINUTE)
        evaluate(minute)
        seen.append([state for _, state in alerts_of(rule)])

    assert seen == [
        [],
        ["firing"],
        ["resolved"],
        ["resolved", "firing"],
        ["resolved", "resolved"],
    ]


def test_its_alert_says_the_expression_and_owes_messages_of_its_own() -> None:
    rule = composite("hot", rule_name="it", severity="critical", notification_channels=["email"])
    report("cpu{host=a}", 90)

    owed = evaluate()

    alert = Alert.objects.get(rule=rule)
    assert (alert.title, alert.description, alert.severity) == ("it", "hot", "critical")
    assert (alert.labels, alert.service, alert.fingerprint) == ({}, "", OF_NOTHING)
    assert (alert.value, alert.threshold) == (None, None)
    assert Notification.objects.get().pk in owed
    assert Notification.objects.get().alert_id == alert.pk


def test_without_groups_all_alerts_of_an_operand_are_one() -> None:
    rule = composite("hot")
    report("cpu{host=a}", 90)
    report("cpu{host=b}", 90)
    evaluate()
    report("cpu{host=a}", 10, at=NOON + MINUTE)
    evaluate(1)

    assert alerts_of(rule) == [("", "firing")]


def test_groups_are_told_apart_by_the_labels_of_the_operands_alerts() -> None:
    rule = composite("hot and not busy", group_by=["host"])
    for host, backup in (("a", 0), ("b", 1), ("c", 0)):
        report(f"cpu{{host={host}}}", 90)
        report(f"backup{{host={host}}}", backup)

    evaluate()

    assert alerts_of(rule) == [("a", "firing"), ("c", "firing")]


def test_the_service_is_a_label_of_groups_too() -> None:
    rule = composite("hot and busy", group_by=["service_name"])
    report("cpu{host=a}", 90)
    report("backup{host=b}", 1)
    report("cpu{host=a}", 90, service="auth-service")

    evaluate()

    alert = Alert.objects.get(rule=rule)
    assert (alert.service, alert.labels) == ("payment-service", {})
    assert alert.fingerprint == fingerprint("payment-service", {})


def test_a_pending_operand_does_not_fire_yet() -> None:
    AlertRule.objects.filter(rule_name="hot").update(duration=60)
    rule = composite("hot")
    seen = []
    for minute in range(2):
        report("cpu", 90, at=NOON + minute * MINUTE)
        evaluate(minute)
        seen.append(len(alerts_of(rule)))

    assert seen == [0, 1]


def test_a_composite_rule_has_a_hold_and_is_kept_firing_like_any_other() -> None:
    rule = composite("hot", duration=60, keep_firing_for=60)
    seen = []
    for minute, value in enumerate([90, 90, 50, 50]):
        report("cpu", value, at=NOON + minute * MINUTE)
        evaluate(minute)
        seen += alerts_of(rule)

    assert [state for _, state in seen] == ["pending", "firing", "firing", "resolved"]


def test_composite_rules_stand_on_composite_rules_whatever_their_names() -> None:
    top = composite("zz_low", rule_name="a_top")
    composite("m_middle", rule_name="zz_low")
    composite("hot", rule_name="m_middle")
    report("cpu", 90)

    evaluate()

    assert alerts_of(top) == [("", "firing")]


def test_an_operand_that_was_resolved_by_hand_does_not_fire() -> None:
    rule = composite("hot")
    report("cpu", 90)
    evaluate()
    resolve_alert(Alert.objects.get(rule__rule_name="hot").pk, by="ana", at=NOON)
    report("cpu", 90, at=NOON + MINUTE)

    evaluate(1)

    assert alerts_of(rule) == [("", "resolved")]


def test_an_operand_that_is_switched_off_does_not_fire() -> None:
    rule = composite("hot and not busy")
    AlertRule.objects.filter(rule_name="busy").update(enabled=False)
    report("cpu", 90)
    report("backup", 1)

    evaluate()

    assert alerts_of(rule) == [("", "firing")]


def test_an_operand_that_is_not_evaluated_now_counts_as_it_stands() -> None:
    rule = composite("hot")
    report("cpu", 90)
    evaluate_rules(at=NOON, rule_ids=[AlertRule.objects.get(rule_name="hot").pk])
    assert alerts_of(rule) == []

    evaluate_rules(at=NOON, rule_ids=[rule.pk])

    assert alerts_of(rule) == [("", "firing")]


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("hot and gone", "no rule named gone"),
        ("hot and itself", "watch itself"),
        ("not hot", ""),
        ("hot and (", ""),
    ],
)
def test_an_expression_that_cannot_stand_costs_its_rule_alone(
    expression: str, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    odd = composite(expression, rule_name="itself")
    good = composite("hot")
    report("cpu", 90)

    evaluate()

    assert alerts_of(odd) == []
    assert alerts_of(good) == [("", "firing")]
    assert "rule not evaluated" in caplog.text
    assert reason in caplog.text


def test_an_alert_of_an_expression_that_broke_is_left_as_it_was() -> None:
    rule = composite("hot", rule_name="fragile")
    report("cpu", 90)
    evaluate()
    AlertRule.objects.filter(pk=rule.pk).update(expression="hot and gone")
    report("cpu", 10, at=NOON + MINUTE)

    evaluate(1)

    assert alerts_of(rule) == [("", "firing")]
