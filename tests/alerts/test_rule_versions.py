"""Each change of a rule is a version that can be compared and taken up again."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from alerts.defaults import load_defaults
from alerts.errors import (
    RuleChangedError,
    RuleInUseError,
    RuleNameTakenError,
    RuleNotFoundError,
    RuleVersionNotFoundError,
)
from alerts.models import AlertRule, EscalationPolicy, RuleVersion
from alerts.rule_changes import FieldChange
from alerts.rule_fields import WRITABLE
from alerts.services import create_rule, delete_rule, roll_back_rule, update_rule
from alerts.services.rule_versions import diff, version_of, versions_of
from monitoring.errors import InvalidInputError
from tests.alerts.factories import NOON, AlertFactory, AlertRuleFactory

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
FIELDS: dict[str, Any] = {
    "rule_name": "hot",
    "metric_name": "cpu",
    "condition": ">",
    "threshold": 80.0,
}


def changed(rule: AlertRule, **fields: Any) -> AlertRule:
    return update_rule(rule.pk, fields, by="bo", at=LATER)


def story(rule: AlertRule) -> list[tuple[int, str, str]]:
    return [(each.version, each.changed_by, each.note) for each in versions_of(rule.pk)]


def test_every_write_adds_a_version_with_who_and_why() -> None:
    rule = create_rule(FIELDS, by="ana", note="new")
    changed(rule, threshold=90.0)
    roll_back_rule(rule.pk, 1, by="cy", at=LATER)
    delete_rule(rule.pk, by="di", at=LATER)

    assert story(rule) == [
        (4, "di", "deleted"),
        (3, "cy", "rolled back to version 1"),
        (2, "bo", ""),
        (1, "ana", "new"),
    ]


def test_a_version_has_every_field_that_a_person_may_set_and_the_instant() -> None:
    rule = create_rule(FIELDS, by="ana")

    changed(rule, threshold=90.0)

    newest, first = versions_of(rule.pk)
    assert (set(newest.fields), newest.fields["threshold"]) == (set(WRITABLE), 90.0)
    assert (newest.changed_at, first.changed_at) == (LATER, rule.created_at)


def test_a_change_of_nothing_adds_no_version() -> None:
    rule = create_rule(FIELDS, by="ana")

    changed(rule, threshold=80.0)
    roll_back_rule(rule.pk, 1, by="cy", at=LATER)

    assert RuleVersion.objects.count() == 1


def test_versions_cannot_be_changed() -> None:
    create_rule(FIELDS, by="ana")

    with pytest.raises(IntegrityError, match="added, never changed"), transaction.atomic():
        RuleVersion.objects.update(changed_by="nobody")


def test_what_a_default_rule_said_is_recorded_before_its_first_change() -> None:
    load_defaults()
    rule = AlertRule.objects.get(rule_name="high_error_rate")
    updated = rule.updated_at

    changed(rule, threshold=7.0)

    assert story(rule) == [(2, "bo", ""), (1, "", "as it stood before its first recorded change")]
    first = version_of(rule.pk, 1)
    assert (first.fields["threshold"], first.changed_at) == (5.0, updated)


def test_a_rule_that_nobody_changed_has_the_version_that_it_is() -> None:
    rule = AlertRuleFactory.create(threshold=7.0)

    (only,) = versions_of(rule.pk)

    assert (only.version, only.fields["threshold"]) == (1, 7.0)
    assert not RuleVersion.objects.exists()


def test_two_versions_are_compared_field_by_field() -> None:
    rule = create_rule(FIELDS, by="ana")
    changed(rule, threshold=90.0)
    changed(rule, duration=60, notification_channels=["email"])

    assert diff(rule.pk, 1, 3) == (
        FieldChange("threshold", 80.0, 90.0),
        FieldChange("duration", 0, 60),
        FieldChange("notification_channels", [], ["email"]),
    )
    assert diff(rule.pk, 2, 2) == ()


@pytest.mark.parametrize("version", [0, 2])
def test_a_version_that_never_was_is_named(version: int) -> None:
    rule = create_rule(FIELDS, by="ana")

    with pytest.raises(RuleVersionNotFoundError, match=f"has no version {version}"):
        diff(rule.pk, 1, version)


def test_the_versions_of_a_rule_that_never_was_are_not_found() -> None:
    with pytest.raises(RuleNotFoundError):
        versions_of(uuid4())
    with pytest.raises(RuleNotFoundError):
        roll_back_rule(uuid4(), 1, by="ana", at=NOON)


def test_rolling_back_restores_every_field_and_closes_alerts_of_other_terms() -> None:
    policy = EscalationPolicy.objects.create(name="night")
    rule = create_rule({**FIELDS, "escalation_policy": policy, "is_cause": True}, by="ana")
    changed(rule, threshold=90.0, escalation_policy=None, is_cause=False, duration=60)
    alert = AlertFactory.create(rule=rule)

    back = roll_back_rule(rule.pk, 1, by="cy", at=LATER)

    back.refresh_from_db()
    assert (back.version, back.threshold, back.duration) == (3, 80.0, 0)
    assert (back.escalation_policy, back.is_cause) == (policy, True)
    alert.refresh_from_db()
    assert alert.resolution_note == "The rule was changed: duration, threshold."


def test_a_field_that_a_version_does_not_know_yet_gets_its_default() -> None:
    rule = create_rule({**FIELDS, "flap_firings": 9}, by="ana")
    old = {
        name: value
        for name, value in version_of(rule.pk, 1).fields.items()
        if name != "flap_firings"
    }
    changed(rule, threshold=90.0)
    RuleVersion.objects.create(rule=rule, version=7, fields={**old, "gone": 1}, changed_at=NOON)

    assert roll_back_rule(rule.pk, 7, by="cy", at=LATER).flap_firings == 5


def test_a_deleted_rule_comes_back_and_begins_anew() -> None:
    rule = create_rule(FIELDS, by="ana")
    AlertRule.objects.update(last_evaluated_at=NOON, watched_since=NOON)
    delete_rule(rule.pk, by="bo", at=LATER)

    roll_back_rule(rule.pk, 1, by="cy", at=LATER)

    back = AlertRule.objects.get()
    assert (back.enabled, back.deleted_at, back.version) == (True, None, 3)
    assert (back.last_evaluated_at, back.watched_since) == (None, None)


def test_a_deleted_rule_whose_name_is_taken_stays_deleted() -> None:
    rule = create_rule(FIELDS, by="ana")
    delete_rule(rule.pk, by="bo", at=LATER)
    create_rule(FIELDS, by="ana")

    with pytest.raises(RuleNameTakenError):
        roll_back_rule(rule.pk, 1, by="cy", at=LATER)

    assert AlertRule.with_deleted.get(pk=rule.pk).deleted_at == LATER


def test_a_version_whose_escalation_policy_is_gone_is_refused() -> None:
    policy = EscalationPolicy.objects.create(name="night")
    rule = create_rule({**FIELDS, "escalation_policy": policy}, by="ana")
    changed(rule, escalation_policy=None)
    policy.delete()

    with pytest.raises(InvalidInputError) as caught:
        roll_back_rule(rule.pk, 1, by="cy", at=LATER)

    assert caught.value.details == {
        "escalation_policy": ["there is no escalation policy of the name or id night"]
    }


def test_a_roll_back_to_another_name_is_refused_while_an_expression_has_the_present_one() -> None:
    rule = create_rule(FIELDS, by="ana")
    changed(rule, rule_name="warm")
    create_rule({"rule_name": "both", "expression": "warm"}, by="ana")

    with pytest.raises(RuleInUseError):
        roll_back_rule(rule.pk, 1, by="cy", at=LATER)


@pytest.mark.parametrize("expected", [1, 3])
def test_who_means_another_version_is_told_which_one_there_is(expected: int) -> None:
    rule = create_rule(FIELDS, by="ana")
    changed(rule, threshold=90.0)

    for act in (
        lambda: update_rule(
            rule.pk, {"threshold": 1.0}, by="cy", at=LATER, expected_version=expected
        ),
        lambda: delete_rule(rule.pk, by="cy", at=LATER, expected_version=expected),
        lambda: roll_back_rule(rule.pk, 1, by="cy", at=LATER, expected_version=expected),
    ):
        with pytest.raises(RuleChangedError) as caught:
            act()
        assert (caught.value.status, caught.value.details) == (409, {"version": 2})
    assert AlertRule.objects.get().threshold == 90.0


def test_who_means_the_present_version_changes_it() -> None:
    rule = create_rule(FIELDS, by="ana")

    after = update_rule(rule.pk, {"threshold": 1.0}, by="cy", at=LATER, expected_version=1)

    assert after.version == 2
