"""Rules of a new installation."""

import pytest
from pytest_django import Settings

from alerts.default_rules import DEFAULT_RULES
from alerts.defaults import load_defaults
from alerts.models import AlertRule
from alerts.services import delete_rule, update_rule
from alerts.watch.canary import RULE as CANARY_RULE
from monitoring.names import spec_of
from tests.alerts.factories import NOON, AlertRuleFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_thresholds_in_the_environment(settings: Settings) -> None:
    settings.RULE_THRESHOLDS = {}


def test_the_rules_are_those_of_the_specification() -> None:
    load_defaults()

    found = {
        rule.rule_name: (
            f"{rule.metric_name} {rule.condition} {rule.threshold:g}/{rule.duration}",
            rule.severity,
        )
        for rule in AlertRule.objects.filter(enabled=True).exclude(rule_name=CANARY_RULE.name)
    }
    assert found == {
        "high_cpu_usage": ("system_cpu_usage_percent > 80/300", "warning"),
        "high_memory_usage": ("system_memory_usage_percent > 90/300", "warning"),
        "service_down": ("service_up == 0/60", "critical"),
        "high_response_time": ("http_response_time_ms > 1000/180", "warning"),
        "database_connection_pool_exhausted": ("postgres_pool_waiting > 5/60", "critical"),
        "high_error_rate": ("http_error_rate > 5/180", "critical"),
        "monitoring_database_down": ("database_connection_status == 0/0", "critical"),
        "metric_collection_stopped": ("metrics_collected_last_minute < 1/0", "critical"),
        "error_budget_burns_fast": ("slo_burn_rate_pair > 14.4/0", "critical"),
        "error_budget_burns": ("slo_burn_rate_pair > 6/0", "critical"),
        "error_budget_burns_slowly": ("slo_burn_rate_pair > 1/0", "warning"),
    }


def test_each_rule_for_error_budgets_watches_its_own_pair_of_windows() -> None:
    load_defaults()

    rules = AlertRule.objects.filter(metric_name="slo_burn_rate_pair")
    assert {rule.rule_name: rule.label_matchers for rule in rules} == {
        "error_budget_burns_fast": {"pair": "1h/5m"},
        "error_budget_burns": {"pair": "6h/30m"},
        "error_budget_burns_slowly": {"pair": "3d/6h"},
    }


def test_the_disk_rule_waits_for_somebody_to_want_it() -> None:
    load_defaults()

    rule = AlertRule.objects.get(enabled=False)
    assert (rule.rule_name, rule.metric_name) == ("high_disk_usage", "system_disk_usage_percent")
    assert (rule.condition, rule.threshold, rule.duration) == (">", 90, 300)


def test_who_collects_nothing_cannot_report_it_so_silence_fires() -> None:
    load_defaults()

    policies = dict(AlertRule.objects.values_list("rule_name", "no_data_policy"))
    assert policies.pop("metric_collection_stopped") == "fire"
    assert set(policies.values()) == {"keep"}


def test_every_rule_tells_somebody_by_mail_and_says_what_it_means() -> None:
    load_defaults()

    for rule in AlertRule.objects.exclude(rule_name=CANARY_RULE.name):
        assert rule.notification_channels == ["email"]
        assert rule.annotations["summary"]
        assert "{" not in rule.annotations["description"]
        rule.full_clean(validate_constraints=False)


def test_the_words_name_the_numbers() -> None:
    load_defaults()

    rule = AlertRule.objects.get(rule_name="high_cpu_usage")
    assert rule.annotations["summary"] == "High CPU usage detected"
    text = "CPU usage is above 80% for more than 5 minutes"
    assert rule.annotations["description"] == text


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.name)
def test_every_metric_is_in_the_catalogue(rule: object) -> None:
    assert spec_of(getattr(rule, "metric", "")) is not None


def test_the_environment_names_thresholds_for_the_first_load_only(settings: Settings) -> None:
    settings.RULE_THRESHOLDS = {"high_memory_usage": 85.0}
    load_defaults()
    settings.RULE_THRESHOLDS = {"high_memory_usage": 70.0}
    load_defaults()

    rule = AlertRule.objects.get(rule_name="high_memory_usage")
    assert rule.threshold == 85.0
    assert rule.annotations["description"].startswith("Memory usage is above 85%")


def test_a_second_load_creates_nothing() -> None:
    first, second = load_defaults(), load_defaults()
    number = len(DEFAULT_RULES) + 1  # and the canary's

    assert first.startswith(f"alert rules: {number} created, 0 kept")
    assert second.startswith(f"alert rules: 0 created, {number} kept")
    assert AlertRule.objects.count() == number


def test_the_canary_has_a_rule_that_never_flaps_and_tells_nobody() -> None:
    load_defaults()

    rule = AlertRule.objects.get(rule_name=CANARY_RULE.name)
    assert (rule.metric_name, rule.condition, rule.threshold) == ("alerting_canary", ">", 0)
    assert (rule.notification_channels, rule.flap_firings, rule.duration) == (["canary"], 0, 0)


def test_what_a_person_made_of_a_rule_stays() -> None:
    load_defaults()
    rules = {rule.rule_name: rule for rule in AlertRule.objects.all()}
    update_rule(rules["high_cpu_usage"].pk, {"threshold": 95.0}, by="ana", at=NOON)
    update_rule(rules["service_down"].pk, {"rule_name": "down"}, by="ana", at=NOON)
    delete_rule(rules["high_error_rate"].pk, by="ana", at=NOON)

    load_defaults()

    names = set(AlertRule.objects.values_list("rule_name", flat=True))
    assert AlertRule.objects.get(rule_name="high_cpu_usage").threshold == 95.0
    assert "down" in names
    assert not {"service_down", "high_error_rate"} & names


def test_a_persons_rule_of_that_name_is_left_alone() -> None:
    AlertRuleFactory.create(rule_name="service_down", metric_name="other")

    load_defaults()

    assert AlertRule.objects.get(rule_name="service_down").metric_name == "other"
