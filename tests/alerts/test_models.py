"""What the database itself refuses, whoever asks."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from alerts.evaluation.state import Phase
from alerts.models import Alert, AlertRule
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory, IncidentFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("state", ["pending", "firing"])
@pytest.mark.parametrize("has_rule", [True, False])
def test_a_series_has_at_most_one_open_alert(*, has_rule: bool, state: str) -> None:
    rule = AlertRuleFactory.create() if has_rule else None
    AlertFactory.create(rule=rule, fingerprint="f")

    with pytest.raises(IntegrityError, match="alerts_one_open_per_series"):
        AlertFactory.create(rule=rule, fingerprint="f", state=state)


@pytest.mark.parametrize("has_rule", [True, False])
def test_a_series_has_any_number_of_resolved_alerts(*, has_rule: bool) -> None:
    rule = AlertRuleFactory.create() if has_rule else None
    for state in ("resolved", "resolved", "firing"):
        AlertFactory.create(rule=rule, fingerprint="f", state=state)

    assert Alert.objects.count() == 3


def test_other_series_and_other_rules_do_not_stand_in_the_way() -> None:
    rule = AlertRuleFactory.create()
    for of, fingerprint in ((rule, "f"), (rule, "g"), (None, "f"), (None, "g")):
        AlertFactory.create(rule=of, fingerprint=fingerprint)

    assert Alert.objects.count() == 4


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": "resolved", "resolved_at": None}, "alerts_resolved_has_instant"),
        ({"state": "firing", "resolved_at": NOON}, "alerts_resolved_has_instant"),
        ({"state": "pending", "resolved_at": NOON}, "alerts_resolved_has_instant"),
        ({"state": "firing", "fired_at": None}, "alerts_firing_has_instant"),
        ({"state": "firing", "snoozed": True}, "alerts_snoozed_is_resolved"),
        ({"state": "odd"}, "alerts_state_known"),
        ({"severity": "fatal"}, "alerts_severity_known"),
    ],
)
def test_an_alert_that_contradicts_itself_is_refused(
    fields: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        AlertFactory.create(**fields)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"condition": "=~"}, "alert_rules_condition_known"),
        ({"severity": "fatal"}, "alert_rules_severity_known"),
        ({"threshold": float("nan")}, "alert_rules_threshold_finite"),
        ({"threshold": float("inf")}, "alert_rules_threshold_finite"),
        ({"threshold": float("-inf")}, "alert_rules_threshold_finite"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_is_refused(
    fields: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        AlertRuleFactory.create(**fields)


def test_a_name_belongs_to_one_rule_until_that_is_deleted() -> None:
    AlertRuleFactory.create(rule_name="cpu", deleted_at=NOON)
    AlertRuleFactory.create(rule_name="cpu")

    with pytest.raises(IntegrityError, match="alert_rules_name_once"):
        AlertRuleFactory.create(rule_name="cpu")


def test_a_deleted_rule_is_no_longer_among_the_rules() -> None:
    rule = AlertRuleFactory.create(deleted_at=NOON)

    assert not AlertRule.objects.exists()
    assert AlertRule.with_deleted.get() == rule


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("metric_name", "1cpu"),
        ("metric_name", "cpu usage"),
        ("metric_name", "cpu\n"),
        ("metric_name", "x" * 256),
        ("condition", "=>"),
        ("threshold", float("nan")),
        ("threshold", float("-inf")),
        ("duration", 604_801),
        ("duration", -1),
        ("cooldown_minutes", 1_441),
        ("label_matchers", ["host"]),
        ("label_matchers", {"host": 1}),
        ("label_matchers", {"": "a"}),
        ("label_matchers", {"x" * 65: "a"}),
        ("label_matchers", {"host": "x" * 257}),
        ("label_matchers", {"host": "a\x00"}),
        ("label_matchers", {"ho\x00st": "a"}),
        ("label_matchers", {str(number): "a" for number in range(33)}),
        ("annotations", {"summary": None}),
        ("annotations", {"summary": "x" * 2_001}),
        ("annotations", "summary"),
    ],
)
def test_a_rule_is_checked_field_by_field(field: str, value: Any) -> None:
    rule = AlertRuleFactory.build(**{field: value})

    with pytest.raises(ValidationError) as caught:
        rule.clean_fields()

    assert list(caught.value.message_dict) == [field]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("metric_name", "_cpu:rate5m.x9"),
        ("metric_name", "x" * 255),
        ("threshold", -1e300),
        ("duration", 604_800),
        ("cooldown_minutes", 1_440),
        ("label_matchers", {"x" * 64: "y" * 256}),
        ("label_matchers", {str(number): "" for number in range(32)}),
        ("annotations", {"summary": "x" * 2_000}),
    ],
)
def test_a_rule_at_its_limits_is_accepted(field: str, value: Any) -> None:
    AlertRuleFactory.build(**{field: value}).clean_fields()


def test_rows_say_what_they_are() -> None:
    assert str(AlertRuleFactory.create(rule_name="hot")) == "hot"
    assert str(AlertFactory.create()) == "High CPU Usage (firing)"
    assert str(IncidentFactory.create()) == "Payment Service Outage"


def test_the_states_of_the_table_are_those_of_the_arithmetic() -> None:
    """A snoozed alert is a resolved one that is remembered."""
    assert {phase.value for phase in Phase} - {"snoozed"} == {*Alert.State.values} - {"resolved"}
