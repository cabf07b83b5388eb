"""What a change of a rule does to the alerts that are open under it."""

from datetime import timedelta
from typing import Any

import pytest

from alerts.models import Alert, AlertRule, Notification
from alerts.services import delete_rule, resolve_alert, update_rule
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory
from tests.alerts.samples import evaluate, report, rule_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]

LATER = NOON + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"enabled": False}, "The rule was switched off."),
        ({"threshold": 90.0}, "The rule was changed: threshold."),
        ({"condition": ">=", "metric_name": "m"}, "The rule was changed: condition, metric_name."),
        ({"duration": 1}, "The rule was changed: duration."),
        ({"severity": "critical"}, "The rule was changed: severity."),
        ({"label_matchers": {"host": "a"}}, "The rule was changed: label_matchers."),
        ({"combine": "sum"}, "The rule was changed: combine."),
        ({"combine": "sum", "group_by": ["host"]}, "The rule was changed: combine, group_by."),
        (
            {"aggregation": "avg", "window_seconds": 60, "minimum_samples": 2},
            "The rule was changed: aggregation, minimum_samples, window_seconds.",
        ),
        (
            {"threshold_overrides": [{"labels": {"host": "a"}, "threshold": 90.0}]},
            "The rule was changed: threshold_overrides.",
        ),
    ],
)
def test_a_change_of_terms_closes_what_is_open_and_says_why(
    changes: dict[str, Any], reason: str
) -> None:
    rule = AlertRuleFactory.create()
    alert = AlertFactory.create(rule=rule, transition_seq=1)

    update_rule(rule.pk, changes, by="ana", at=LATER)

    alert.refresh_from_db()
    assert (alert.state, alert.resolved_at, alert.transition_seq) == ("resolved", LATER, 2)
    assert (alert.resolution_note, alert.resolved_by) == (reason, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"rule_name": "other"},
        {"notification_channels": ["email"]},
        {"annotations": {"summary": "Hot"}},
        {"cooldown_minutes": 5},
        {"no_data_policy": "resolve"},
        {"enabled": True},
        {"recovery_threshold": 70.0},
        {"keep_firing_for": 60},
        {"flap_firings": 0},
        {"is_cause": True},
    ],
)
def test_other_changes_leave_what_is_open_alone(changes: dict[str, Any]) -> None:
    rule = AlertRuleFactory.create()
    alert = AlertFactory.create(rule=rule)

    update_rule(rule.pk, changes, by="ana", at=LATER)

    alert.refresh_from_db()
    assert alert.state == "firing"


def test_a_deleted_rule_closes_what_is_open_and_keeps_its_history() -> None:
    rule = AlertRuleFactory.create()
    alert = AlertFactory.create(rule=rule)

    delete_rule(rule.pk, by="ana", at=LATER)

    alert.refresh_from_db()
    assert (alert.state, alert.resolution_note) == ("resolved", "The rule was deleted.")
    assert alert.rule_id == rule.pk
    row = AlertRule.with_deleted.get()
    assert (row.deleted_at, row.enabled, row.version) == (LATER, False, 2)


def test_closing_forgets_what_is_pending_and_what_is_held() -> None:
    rule = AlertRuleFactory.create()
    AlertFactory.create(rule=rule, state="pending")
    held = AlertFactory.create(rule=rule)
    resolve_alert(held.pk, by="ana", at=NOON)
    other = AlertFactory.create()

    update_rule(rule.pk, {"enabled": False}, by="ana", at=LATER)

    assert set(Alert.objects.values_list("pk", "state", "snoozed")) == {
        (held.pk, "resolved", False),
        (other.pk, "firing", False),
    }


def test_who_was_told_that_it_fires_is_told_that_the_rule_is_gone() -> None:
    rule = rule_on(notification_channels=["email"])
    report("cpu", 85)
    evaluate()
    Notification.objects.update(status="sent", sent_at=NOON, settled_at=NOON)

    delete_rule(rule.pk, by="ana", at=LATER)

    message = Notification.objects.get(kind="resolved")
    assert message.status == "pending"
    assert message.payload["resolution_note"] == "The rule was deleted."


def test_a_rule_under_new_terms_fires_anew() -> None:
    rule = rule_on()
    report("cpu", 85)
    evaluate()
    update_rule(rule.pk, {"threshold": 82.0}, by="ana", at=NOON)

    evaluate(1)

    found = Alert.objects.order_by("created_at").values_list("state", "threshold")
    assert list(found) == [("resolved", 80.0), ("firing", 82.0)]
