"""Rules in the admin: the same checks and effects as through the API."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from alerts.admin.rule_form import RuleForm
from alerts.models import Alert, AlertRule
from tests.alerts.factories import AlertFactory, AlertRuleFactory
from tests.alerts.samples import report, rule_on
from tests.alerts.test_admin import act

pytestmark = pytest.mark.django_db

RULES = "/admin/alerts/alertrule/"
FORM: dict[str, Any] = {
    "rule_name": "hot",
    "metric_name": "cpu",
    "condition": ">",
    "threshold": "80",
    "duration": "60",
    "severity": "warning",
    "enabled": "on",
    "notification_channels": ["email"],
    "label_matchers": "{}",
    "no_data_policy": "keep",
    "cooldown_minutes": "0",
    "aggregation": "last",
    "window_seconds": "0",
    "minimum_samples": "0",
    "combine": "",
    "group_by": "",
    "threshold_overrides": "[]",
    "keep_firing_for": "0",
    "flap_firings": "5",
    "annotations": json.dumps({"summary": "Hot"}),
}


def errors_of(answer: Any) -> dict[str, list[str]]:
    return dict(answer.context["adminform"].form.errors)


def test_the_list_says_what_fires_when_and_who_is_told(ana: Client) -> None:
    evaluated = timezone.now() - timedelta(seconds=61)
    rule = rule_on(duration=300, severity="critical", last_evaluated_at=evaluated)
    AlertFactory.create(rule=rule)
    AlertFactory.create(rule=rule, state="pending")
    AlertFactory.create(rule=rule, state="resolved")
    rule_on("memory", notification_channels=["email", "slack"])

    page = ana.get(RULES).content.decode()

    for text in (
        "cpu &gt; 80 for 300 s",
        "memory &gt; 80<",
        '<span class="alert-badge alert-critical">critical</span>',
        "1 firing, 1 pending",
        "never",
        "nobody",
        "email, slack",
    ):
        assert text in page
    assert re.search(r"1 min \d s ago", page)


@pytest.mark.parametrize(
    ("query", "found"),
    [("enabled__exact=0", {"b"}), ("severity__exact=critical", {"b"}), ("q=cpu", {"a"})],
)
def test_the_list_can_be_filtered_and_searched(ana: Client, query: str, found: set[str]) -> None:
    rule_on("cpu", rule_name="a")
    rule_on("memory", rule_name="b", enabled=False, severity="critical")

    answer = ana.get(f"{RULES}?{query}")

    assert {rule.rule_name for rule in answer.context["cl"].result_list} == found


def test_a_rule_is_created(ana: Client) -> None:
    answer = ana.post(f"{RULES}add/", FORM)

    rule = AlertRule.objects.get()
    assert answer.status_code == 302
    assert (rule.rule_name, rule.threshold, rule.duration) == ("hot", 80.0, 60)
    assert (rule.notification_channels, rule.annotations) == (["email"], {"summary": "Hot"})


def test_a_rule_is_changed_through_the_service(ana: Client) -> None:
    rule = rule_on()
    alert = AlertFactory.create(rule=rule)

    answer = ana.post(f"{RULES}{rule.pk}/change/", FORM)

    rule.refresh_from_db()
    assert answer.status_code == 302
    assert (rule.rule_name, rule.version) == ("hot", 2)
    alert.refresh_from_db()
    assert alert.state == "resolved"


def test_saving_without_a_change_makes_no_version(ana: Client) -> None:
    ana.post(f"{RULES}add/", FORM)
    rule = AlertRule.objects.get()

    ana.post(f"{RULES}{rule.pk}/change/", FORM)

    rule.refresh_from_db()
    assert rule.version == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("threshold", "nan", "finite number|Enter a number"),
        ("threshold", "", "required"),
        ("metric_name", "c p u", "a metric name has letters"),
        ("duration", "604801", "less than or equal to 604800"),
        ("notification_channels", ["pigeon"], "not one of the available choices"),
        ("label_matchers", '["host"]', "must be an object of texts"),
        ("label_matchers", "{", "valid JSON"),
        ("annotations", '{"summary": 1}', "summary: must be a text"),
        ("rule_name", "taken", "a rule of this name exists already"),
        ("aggregation", "avg", "avg needs a window in seconds"),
        ("group_by", "host", "say how their series are combined"),
        ("recovery_threshold", "81", "at most 80"),
        ("threshold_overrides", '[{"labels": {}}]', "needs labels and threshold"),
        ("expression", "other", "a metric or other rules, not both"),
    ],
)
def test_a_mistake_is_shown_beside_its_field(
    ana: Client, field: str, value: object, message: str
) -> None:
    AlertRuleFactory.create(rule_name="taken")

    answer = ana.post(f"{RULES}add/", {**FORM, field: value})

    assert answer.status_code == 200
    assert re.search(message, str(errors_of(answer)))
    assert AlertRule.objects.count() == 1


def test_a_channel_that_is_not_set_up_says_what_it_lacks(ana: Client) -> None:
    page = ana.get(f"{RULES}add/").content.decode()

    assert "slack (not configured: " in page


def test_a_channel_that_is_offered_to_nobody_stays_on_the_rule_that_has_it(ana: Client) -> None:
    rule = rule_on(notification_channels=["canary"])
    assert 'value="canary"' not in ana.get(f"{RULES}add/").content.decode()

    ana.post(f"{RULES}{rule.pk}/change/", {**FORM, "notification_channels": ["canary"]})

    rule.refresh_from_db()
    assert (rule.notification_channels, rule.rule_name) == (["canary"], "hot")


def test_what_the_service_refuses_is_shown_and_nothing_is_saved(
    ana: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people at once: the form of the second one was right when it was checked."""
    rule = rule_on()
    rule_on(rule_name="hot")
    monkeypatch.delattr(RuleForm, "clean_rule_name")

    answer = ana.post(f"{RULES}{rule.pk}/change/", FORM, follow=True)

    assert "Not saved: a rule named hot exists already." in answer.content.decode()
    rule.refresh_from_db()
    assert rule.version == 1


def test_switching_rules_off_closes_their_alerts(ana: Client) -> None:
    rule, off = rule_on(), rule_on(enabled=False)
    alert = AlertFactory.create(rule=rule)

    page = act(ana, RULES, "disable", [rule, off])

    rule.refresh_from_db()
    alert.refresh_from_db()
    assert (rule.enabled, rule.version) == (False, 2)
    assert alert.state == "resolved"
    assert "Disabled: 1." in page


def test_rules_are_switched_on_again(ana: Client) -> None:
    rule, on = rule_on(enabled=False), rule_on()

    page = act(ana, RULES, "enable", [rule, on])

    rule.refresh_from_db()
    assert (rule.enabled, "Enabled: 1." in page) == (True, True)


def test_evaluating_now_says_what_came_of_it(ana: Client) -> None:
    hot, cold = rule_on(rule_name="hot"), rule_on(rule_name="cold", condition="<")
    off = rule_on(enabled=False)
    report("cpu", 85, at=timezone.now())

    page = act(ana, RULES, "evaluate_now", [hot, cold, off])

    assert Alert.objects.get().rule == hot
    assert "2 of 3 evaluated, 0 messages owed." in page
    assert "cold: quiet; hot: 1 firing" in page


def test_a_deleted_rule_stays_as_history(ana: Client) -> None:
    rule = rule_on()
    alert = AlertFactory.create(rule=rule)
    url = f"{RULES}{rule.pk}/delete/"
    assert ana.get(url).status_code == 200

    answer = ana.post(url, {"post": "yes"})

    alert.refresh_from_db()
    assert answer.status_code == 302
    assert (alert.state, alert.rule_id) == ("resolved", rule.pk)
    assert not AlertRule.objects.exists()


def test_several_rules_are_deleted_at_once(ana: Client) -> None:
    rules = [rule_on(), rule_on()]

    act(ana, RULES, "delete_selected", rules, post="yes")

    assert not AlertRule.objects.exists()
    assert AlertRule.with_deleted.count() == 2
