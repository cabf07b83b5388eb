"""Writes of rules."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from alerts.errors import RuleNameTakenError, RuleNotFoundError
from alerts.models import AlertRule, Notification
from alerts.services import create_rule, delete_rule, update_rule
from monitoring.errors import InvalidInputError
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory
from tests.alerts.samples import evaluate, report, rule_on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail")]

LATER = NOON + timedelta(minutes=5)
FIELDS = {"rule_name": "hot", "metric_name": "cpu", "condition": ">", "threshold": 80.0}


def test_a_rule_is_created_with_the_defaults_of_the_table() -> None:
    rule = create_rule(FIELDS, by="ana")

    rule = AlertRule.objects.get(pk=rule.pk)
    assert (rule.rule_name, rule.threshold, rule.version) == ("hot", 80.0, 1)
    assert (rule.duration, rule.severity, rule.enabled) == (0, "warning", True)
    assert (rule.notification_channels, rule.no_data_policy) == ([], "keep")


def test_a_name_that_is_taken_is_a_conflict() -> None:
    AlertRuleFactory.create(rule_name="hot")

    with pytest.raises(RuleNameTakenError) as caught:
        create_rule(FIELDS, by="ana")

    assert (caught.value.status, caught.value.code) == (409, "CONFLICT")
    assert AlertRule.objects.count() == 1


def test_the_name_of_a_deleted_rule_is_free() -> None:
    AlertRuleFactory.create(rule_name="hot", deleted_at=NOON)

    assert create_rule(FIELDS, by="ana").rule_name == "hot"


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"threshold": float("nan")}, "threshold"),
        ({"duration": 604_801}, "duration"),
        ({"metric_name": "c p u"}, "metric_name"),
        ({"notification_channels": ["email", "pigeon"]}, "notification_channels"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        create_rule({**FIELDS, **fields}, by="ana")

    assert list(caught.value.details) == [named]
    assert not AlertRule.objects.exists()


def test_an_unknown_channel_is_answered_with_those_there_are() -> None:
    with pytest.raises(InvalidInputError) as caught:
        create_rule({**FIELDS, "notification_channels": ["pigeon"]}, by="ana")

    assert caught.value.details["notification_channels"] == [
        "unknown: pigeon; known are email, pagerduty, slack, sms, webhook"
    ]


def test_the_channels_of_the_specification_may_be_named_before_they_are_set_up() -> None:
    rule = create_rule(
        {**FIELDS, "notification_channels": ["email", "slack", "pagerduty"]}, by="ana"
    )
    report("cpu", 85)
    evaluate()

    rows = Notification.objects.filter(alert__rule=rule).order_by("channel")
    assert list(rows.values_list("channel", "status")) == [
        ("email", "pending"),
        ("pagerduty", "suppressed"),
        ("slack", "suppressed"),
    ]


def test_an_update_changes_what_it_names_and_counts_the_version() -> None:
    rule = AlertRuleFactory.create(threshold=80.0, duration=60)

    changed = update_rule(rule.pk, {"threshold": 90.0}, by="ana", at=NOON)

    rule.refresh_from_db()
    for each in (changed, rule):
        assert (each.threshold, each.duration, each.version) == (90.0, 60, 2)


def test_an_update_that_changes_nothing_is_no_version() -> None:
    rule = AlertRuleFactory.create(threshold=80.0)

    assert update_rule(rule.pk, {"threshold": 80.0}, by="ana", at=NOON).version == 1


def test_an_update_leaves_the_memory_of_the_evaluation_alone() -> None:
    rule = rule_on()
    evaluate()

    update_rule(rule.pk, {"threshold": 90.0}, by="ana", at=LATER)

    rule.refresh_from_db()
    assert (rule.last_evaluated_at, rule.watched_since) == (None, NOON)


def test_a_rule_that_is_switched_on_begins_anew() -> None:
    rule = rule_on()
    evaluate()
    update_rule(rule.pk, {"enabled": False}, by="ana", at=NOON)
    update_rule(rule.pk, {"enabled": True}, by="ana", at=LATER)

    rule.refresh_from_db()
    assert (rule.last_evaluated_at, rule.watched_since) == (None, None)


def test_an_update_to_a_taken_name_is_a_conflict_and_changes_nothing() -> None:
    AlertRuleFactory.create(rule_name="hot")
    rule = AlertRuleFactory.create(rule_name="cold")

    with pytest.raises(RuleNameTakenError):
        update_rule(rule.pk, {"rule_name": "hot", "threshold": 1.0}, by="ana", at=NOON)

    rule.refresh_from_db()
    assert (rule.rule_name, rule.threshold, rule.version) == ("cold", 80.0, 1)


def test_a_wrong_update_changes_nothing_and_closes_nothing() -> None:
    rule = AlertRuleFactory.create()
    alert = AlertFactory.create(rule=rule)

    with pytest.raises(InvalidInputError):
        update_rule(rule.pk, {"threshold": float("inf")}, by="ana", at=NOON)

    alert.refresh_from_db()
    assert alert.state == "firing"


@pytest.mark.parametrize(
    "act",
    [
        partial(update_rule, changes={"threshold": 1.0}, by="ana", at=NOON),
        partial(delete_rule, by="ana", at=NOON),
    ],
)
@pytest.mark.parametrize("deleted", [True, False])
def test_a_rule_that_is_not_there_is_named(act: Callable[[UUID], object], *, deleted: bool) -> None:
    rule_id = AlertRuleFactory.create(deleted_at=NOON).pk if deleted else uuid4()

    with pytest.raises(RuleNotFoundError) as caught:
        act(rule_id)

    assert (caught.value.status, caught.value.code) == (404, "RULE_NOT_FOUND")


def test_the_log_says_who_made_changed_and_deleted_a_rule(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level("INFO"):
        rule = create_rule(FIELDS, by="ana")
        update_rule(rule.pk, {"threshold": 90.0, "duration": 5}, by="bo", at=NOON)
        delete_rule(rule.pk, by="cy", at=NOON)

    assert [
        (each.message, each.__dict__["rule"], each.__dict__["by"]) for each in caplog.records
    ] == [
        ("rule created", "hot", "ana"),
        ("rule changed", "hot", "bo"),
        ("rule deleted", "hot", "cy"),
    ]
    assert caplog.records[1].__dict__["fields"] == ["duration", "threshold"]
