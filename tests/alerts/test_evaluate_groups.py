"""Rules over groups of series, and thresholds of their own for some series, on a real database."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from alerts.evaluation.fingerprint import OF_NOTHING, fingerprint
from alerts.models import Alert
from alerts.models.choices import NoDataPolicy
from tests.alerts.factories import NOON
from tests.alerts.samples import MINUTE, evaluate, push, report, rule_on, states

pytestmark = pytest.mark.django_db


def report_three() -> None:
    report("cpu{host=a,zone=x}", 50)
    report("cpu{host=b,zone=x}", 40)
    report("cpu{host=c,zone=y}", 30, service="auth-service")


@pytest.mark.parametrize(
    ("group_by", "expected"),
    [
        ([], [("", {}, 120.0)]),
        (["zone"], [("", {"zone": "x"}, 90.0), ("", {"zone": "y"}, 30.0)]),
        (
            ["service_name"],
            [("auth-service", {}, 30.0), ("payment-service", {}, 90.0)],
        ),
        (
            ["service_name", "zone"],
            [("auth-service", {"zone": "y"}, 30.0), ("payment-service", {"zone": "x"}, 90.0)],
        ),
        (["rack"], [("", {}, 120.0)]),
    ],
)
def test_an_alert_of_a_group_carries_the_labels_that_make_the_group(
    group_by: Sequence[str], expected: Sequence[tuple[str, Mapping[str, str], float]]
) -> None:
    rule_on(combine="sum", group_by=group_by, threshold=20)
    report_three()

    evaluate()

    rows = Alert.objects.order_by("service", "value" if group_by == [] else "-value")
    assert list(rows.values_list("service", "labels", "value")) == expected
    assert {alert.fingerprint for alert in rows} == {
        fingerprint(service, labels) for service, labels, _ in expected
    }


@pytest.mark.parametrize(
    ("how", "value"), [("sum", 120.0), ("avg", 40.0), ("min", 30.0), ("max", 50.0), ("count", 3.0)]
)
def test_the_series_of_a_group_become_one_number(how: str, value: float) -> None:
    rule_on(combine=how, threshold=1)
    report_three()

    evaluate()

    assert Alert.objects.get().value == value


def test_matchers_choose_what_is_combined() -> None:
    rule_on(combine="sum", label_matchers={"zone": "x"}, threshold=20)
    report_three()

    evaluate()

    assert Alert.objects.get().value == 90


def test_a_group_goes_on_as_one_alert_while_its_members_change() -> None:
    rule_on(combine="max", group_by=["zone"], threshold=45, duration=60)
    report_three()
    evaluate()
    report("cpu{host=a,zone=x}", 10, at=NOON + MINUTE)
    report("cpu{host=b,zone=x}", 60, at=NOON + MINUTE)

    evaluate(1)

    alert = Alert.objects.get()
    assert (alert.state, alert.value, alert.started_at) == ("firing", 60, NOON)
    report("cpu{host=b,zone=x}", 1, at=NOON + 2 * MINUTE)
    evaluate(2)
    assert states() == ["resolved"]


def test_a_silent_member_leaves_its_group() -> None:
    rule_on(combine="sum", threshold=80)
    report("cpu{host=a}", 50)
    report("cpu{host=b}", 50)
    evaluate()
    for minute in range(1, 7):
        report("cpu{host=a}", 50, at=NOON + minute * MINUTE)
        evaluate(minute)

    assert states() == ["resolved"]


def test_a_group_that_fell_silent_is_judged_by_the_policy() -> None:
    rule_on(combine="sum", group_by=["zone"], threshold=80, no_data_policy=NoDataPolicy.FIRE)
    report("cpu{host=a,zone=x}", 5)
    for minute in range(7):
        evaluate(minute)

    alert = Alert.objects.get()
    assert (alert.state, alert.labels, alert.no_data_since) == ("firing", {"zone": "x"}, NOON)


def test_groups_of_a_metric_that_nobody_reports_are_one_without_labels() -> None:
    rule_on("m", combine="sum", group_by=["zone"], no_data_policy=NoDataPolicy.FIRE)
    for minute in range(7):
        evaluate(minute)
    assert Alert.objects.get().fingerprint == OF_NOTHING
    report("m{zone=x}", 5, at=NOON + 7 * MINUTE)

    evaluate(7)

    assert states() == ["resolved"]


def test_few_members_are_too_few_samples() -> None:
    rule_on(combine="avg", group_by=["zone"], minimum_samples=2, threshold=20)
    report_three()

    evaluate()

    assert Alert.objects.get().labels == {"zone": "x"}


def test_windows_are_made_before_they_are_combined() -> None:
    rule_on(combine="sum", aggregation="max", window_seconds=300, threshold=100)
    push("cpu{host=a}", "60 1")
    push("cpu{host=b}", "50 1")

    evaluate()

    assert Alert.objects.get().value == 110


OVERRIDES: list[dict[str, Any]] = [
    {"labels": {"host": "a"}, "threshold": 90},
    {"labels": {"service_name": "auth-service"}, "threshold": 20, "recovery_threshold": 10},
]


def test_a_series_with_a_threshold_of_its_own_is_measured_by_it() -> None:
    rule_on(threshold_overrides=OVERRIDES)
    report("cpu{host=a}", 85)
    report("cpu{host=b}", 85)
    report("cpu{host=c}", 25, service="auth-service")

    evaluate()

    rows = Alert.objects.order_by("labels__host").values_list("labels__host", "threshold")
    assert list(rows) == [("b", 80.0), ("c", 20.0)]


def test_an_override_brings_its_own_recovery() -> None:
    rule_on(threshold_overrides=OVERRIDES, recovery_threshold=70)
    seen = []
    for minute, value in enumerate([25, 15, 9]):
        report("cpu{host=c}", value, service="auth-service", at=NOON + minute * MINUTE)
        evaluate(minute)
        seen += states()

    assert seen == ["firing", "firing", "resolved"]


def test_groups_have_thresholds_of_their_own_too() -> None:
    rule_on(
        combine="sum",
        group_by=["zone"],
        threshold=80,
        threshold_overrides=[{"labels": {"zone": "x"}, "threshold": 95}],
    )
    report_three()
    report("cpu{host=d,zone=y}", 60)

    evaluate()

    assert Alert.objects.get().labels == {"zone": "y"}


def test_an_odd_override_costs_its_rule_alone(caplog: pytest.LogCaptureFixture) -> None:
    rule_on(threshold_overrides=[{"labels": {"host": "a"}}])
    good = rule_on()
    report("cpu{host=a}", 85)

    evaluate()

    assert Alert.objects.get().rule_id == good.pk
    assert "rule not evaluated" in caplog.text
