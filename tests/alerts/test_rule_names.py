"""Rules that name other rules."""

from typing import Any

import pytest

from alerts.errors import RuleInUseError
from alerts.models import AlertRule, EscalationPolicy
from alerts.services import clean_rule, create_rule, delete_rule, update_rule
from monitoring.errors import InvalidInputError
from tests.alerts.factories import NOON, AlertRuleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain() -> None:
    AlertRuleFactory.create(rule_name="cpu hot")
    AlertRuleFactory.create(rule_name="deploying")


def composite(name: str, expression: str, **fields: Any) -> AlertRule:
    return create_rule({"rule_name": name, "expression": expression, **fields}, by="ana")


def refused(name: str, expression: str, **fields: Any) -> dict[str, Any]:
    with pytest.raises(InvalidInputError) as caught:
        composite(name, expression, **fields)
    return caught.value.details


def test_a_composite_rule_needs_neither_metric_nor_threshold() -> None:
    rule = composite("both", '"cpu hot" and not deploying', duration=60, group_by=["host"])

    rule.refresh_from_db()
    assert (rule.metric_name, rule.condition, rule.threshold) == ("", ">", 0.0)
    assert rule.terms == '"cpu hot" and not deploying for 60 s'


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("deploying and", "at character 14: expected the name of a rule"),
        ("not deploying", "it would hold while no rule fires"),
        ("deploying and gone", "there is no rule named gone"),
        ("deploying and both", "it would watch itself: both > both"),
    ],
)
def test_an_expression_that_cannot_stand_is_named(expression: str, problem: str) -> None:
    (message,) = refused("both", expression)["expression"]

    assert problem in message
    assert not AlertRule.objects.filter(rule_name="both").exists()


def test_a_deleted_rule_cannot_be_named() -> None:
    AlertRuleFactory.create(rule_name="old", deleted_at=NOON)

    assert refused("both", "old") == {"expression": ["there is no rule named old"]}


def test_what_is_about_samples_has_no_place_in_a_composite_rule() -> None:
    details = refused("both", "deploying", aggregation="avg", window_seconds=60)

    assert set(details) == {"aggregation", "window_seconds"}


def test_a_circle_over_several_rules_is_refused() -> None:
    first = composite("first", "deploying")
    composite("second", "first")

    with pytest.raises(InvalidInputError) as caught:
        update_rule(first.pk, {"expression": "deploying or second"}, by="ana", at=NOON)

    assert caught.value.details == {"expression": ["it would watch itself: first > second > first"]}
    first.refresh_from_db()
    assert first.expression == "deploying"


def test_a_fourth_storey_is_refused_at_the_top_and_at_the_bottom() -> None:
    composite("one", "deploying")
    composite("two", "one")
    composite("three", "two")

    assert "3 deep" in refused("four", "three")["expression"][0]
    ground = AlertRule.objects.get(rule_name="deploying")
    with pytest.raises(InvalidInputError, match="Invalid rule"):
        update_rule(
            ground.pk,
            {"expression": '"cpu hot"', "metric_name": "", "threshold": 0.0},
            by="ana",
            at=NOON,
        )


def test_a_rule_that_is_named_is_neither_deleted_nor_renamed() -> None:
    composite("b", "deploying")
    composite("a", '"cpu hot" or deploying')
    rule = AlertRule.objects.get(rule_name="deploying")

    with pytest.raises(RuleInUseError) as deleting:
        delete_rule(rule.pk, by="ana", at=NOON)
    with pytest.raises(RuleInUseError) as renaming:
        update_rule(rule.pk, {"rule_name": "shipping"}, by="ana", at=NOON)

    for caught, word in ((deleting, "deleted"), (renaming, "renamed")):
        assert caught.value.message == f"deploying cannot be {word}: it is named by a, b"
        assert caught.value.details == {"rule_name": "deploying", "used_by": ["a", "b"]}
        assert caught.value.status == 409
    assert AlertRule.objects.filter(rule_name="deploying").exists()


def test_a_rule_that_is_named_may_change_otherwise() -> None:
    composite("a", "deploying")
    rule = AlertRule.objects.get(rule_name="deploying")

    assert update_rule(rule.pk, {"threshold": 1.0}, by="ana", at=NOON).version == 2


def test_a_rule_is_free_once_nobody_names_it() -> None:
    user = composite("a", "deploying")
    delete_rule(user.pk, by="ana", at=NOON)
    rule = AlertRule.objects.get(rule_name="deploying")

    delete_rule(rule.pk, by="ana", at=NOON)

    assert not AlertRule.objects.filter(rule_name="deploying").exists()


def test_a_composite_rule_may_be_renamed_and_deleted_itself() -> None:
    rule = composite("a", "deploying")

    update_rule(rule.pk, {"rule_name": "b"}, by="ana", at=NOON)
    delete_rule(rule.pk, by="ana", at=NOON)

    assert not AlertRule.objects.filter(rule_name="b").exists()


def test_an_expression_in_the_table_that_cannot_be_read_any_more_stands_in_nobodys_way() -> None:
    AlertRuleFactory.create(rule_name="odd", metric_name="", expression="deploying and (")

    composite("a", "deploying")
    delete_rule(AlertRule.objects.get(rule_name="a").pk, by="ana", at=NOON)

    delete_rule(AlertRule.objects.get(rule_name="deploying").pk, by="ana", at=NOON)


def test_an_escalation_policy_is_found_by_its_name_or_its_id() -> None:
    policy = EscalationPolicy.objects.create(name="night")
    rule = AlertRule.objects.get(rule_name="deploying")

    for given in ("night", str(policy.pk), policy.pk, policy):
        after = update_rule(rule.pk, {"escalation_policy": given}, by="ana", at=NOON)
        assert after.escalation_policy == policy
    assert after.version == 2
    for nobody in ("", None):
        after = update_rule(rule.pk, {"escalation_policy": nobody}, by="ana", at=NOON)
        assert after.escalation_policy is None


def test_a_name_that_looks_like_an_id_is_a_name_first() -> None:
    other = EscalationPolicy.objects.create(name="other")
    named = EscalationPolicy.objects.create(name=str(other.pk))
    rule = AlertRule.objects.get(rule_name="deploying")

    after = update_rule(rule.pk, {"escalation_policy": str(other.pk)}, by="ana", at=NOON)

    assert after.escalation_policy == named


@pytest.mark.parametrize("given", ["gone", "00000000-0000-0000-0000-000000000000"])
def test_an_escalation_policy_that_is_not_there_is_named(given: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        create_rule(
            {
                "rule_name": "x",
                "metric_name": "cpu",
                "threshold": 1.0,
                "escalation_policy": given,
            },
            by="ana",
        )

    assert list(caught.value.details) == ["escalation_policy"]


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"aggregation": "avg"}, "window_seconds"),
        ({"window_seconds": 86_401}, "window_seconds"),
        ({"aggregation": "median", "window_seconds": 60}, "aggregation"),
        ({"recovery_threshold": 81.0}, "recovery_threshold"),
        ({"recovery_threshold": float("nan")}, "recovery_threshold"),
        ({"threshold_overrides": [{"labels": {}, "threshold": 1}]}, "threshold_overrides"),
        ({"keep_firing_for": 604_801}, "keep_firing_for"),
        ({"metric_name": ""}, "metric_name"),
        ({"group_by": ["host"]}, "group_by"),
        ({"notification_channels": ["stream"]}, "notification_channels"),
    ],
)
def test_every_way_in_meets_the_same_checks(fields: dict[str, Any], named: str) -> None:
    rule = AlertRuleFactory.build(**fields)

    with pytest.raises(InvalidInputError) as caught:
        clean_rule(rule)

    assert list(caught.value.details) == [named]
