"""Rules over the samples of a window, brought through the real door."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from alerts.evaluation.fingerprint import OF_NOTHING
from alerts.models import Alert, EvaluationState
from alerts.models.choices import NoDataPolicy
from monitoring.storage.sealing import seal
from monitoring.types import MetricType
from tests.alerts.factories import NOON
from tests.alerts.samples import MINUTE, evaluate, push, rule_on, states

pytestmark = pytest.mark.django_db

FIVE_MINUTES = 300


def over_five_minutes(aggregation: str, **fields: Any) -> None:
    rule_on(aggregation=aggregation, window_seconds=FIVE_MINUTES, **fields)


def fired() -> dict[str, float | None]:
    return {alert.labels["host"]: alert.value for alert in Alert.objects.all()}


# Six minutes: the first sample lies at the beginning of the window, which does not belong to it.
@pytest.mark.parametrize(
    ("aggregation", "fields", "expected"),
    [
        ("avg", {"threshold": 29}, {"a": 30.0}),
        ("min", {"condition": "<", "threshold": 11}, {"a": 10.0, "b": 1.0}),
        ("max", {"threshold": 49}, {"a": 50.0}),
        ("sum", {"threshold": 149}, {"a": 150.0}),
        ("count", {"condition": ">=", "threshold": 5}, {"a": 5.0, "b": 5.0}),
        ("increase", {"threshold": 39}, {"a": 40.0}),
        ("rate", {"condition": ">=", "threshold": 40 / 240}, {"a": 40 / 240}),
        ("p50", {"condition": "==", "threshold": 30}, {"a": 30.0}),
        ("p95", {"threshold": 47}, {"a": 48.0}),
        ("p99", {"threshold": 49}, {"a": 49.6}),
        ("last", {"threshold": 49}, {"a": 50.0}),
    ],
)
def test_each_aggregation_looks_at_the_window_and_at_nothing_else(
    aggregation: str, fields: Mapping[str, Any], expected: Mapping[str, float]
) -> None:
    over_five_minutes(aggregation, **fields)
    push("cpu{host=a}", "999 10 20 30 40 50")
    push("cpu{host=b}", "999 1x5")

    evaluate()

    assert fired() == pytest.approx(expected)


def test_sealed_and_unsealed_samples_make_one_window() -> None:
    over_five_minutes("sum", threshold=149)
    push("cpu{host=a}", "10 20 30", end=NOON - 2 * MINUTE)
    seal(at=NOON - 2 * MINUTE)
    push("cpu{host=a}", "40 50")

    evaluate()

    assert fired() == {"a": 150.0}


def test_the_growth_of_a_counter_survives_its_restart() -> None:
    over_five_minutes("increase", threshold=5)
    push("cpu{host=a}", "100 101 102 2 4", kind=MetricType.COUNTER)

    evaluate()

    assert fired() == {"a": 6.0}


def test_a_change_against_last_week_is_in_percent() -> None:
    over_five_minutes("week_change", condition="<", threshold=-50)
    for host, before in (("a", "100x5"), ("b", "50x5")):
        push(f"cpu{{host={host}}}", before, end=NOON - timedelta(days=7))
    push("cpu{host=a}", "40x5")
    push("cpu{host=b}", "40x5")

    evaluate()

    assert fired() == {"a": -60.0}


def test_a_rule_of_a_window_resolves_when_the_window_says_so() -> None:
    over_five_minutes("avg", threshold=20)
    push("cpu{host=a}", "30x5")
    evaluate()
    push("cpu{host=a}", "0x3", end=NOON + 3 * MINUTE)

    evaluate(3)

    assert states() == ["resolved"]


def test_with_too_few_samples_nothing_is_known() -> None:
    over_five_minutes("avg", threshold=20, minimum_samples=3)
    push("cpu{host=a}", "30 30")
    push("cpu{host=b}", "30 30 30")

    evaluate()

    assert fired() == {"b": 30.0}


def test_sparse_samples_count_for_as_long_as_their_window() -> None:
    rule_on(aggregation="sum", window_seconds=3_600, threshold=20)
    push("cpu{host=a}", "30", end=NOON)
    for minute in (0, 20, 40, 59):
        evaluate(minute)

    assert states() == ["firing"]
    assert Alert.objects.get().no_data_since is None


def test_an_empty_window_is_silence_for_the_policy_to_judge() -> None:
    over_five_minutes("avg", threshold=20, no_data_policy=NoDataPolicy.RESOLVE)
    push("cpu{host=a}", "30")
    for minute in range(7):
        evaluate(minute)

    alert = Alert.objects.get()
    assert (alert.state, alert.no_data_since) == ("resolved", NOON)


def test_an_empty_window_proves_nothing_by_default() -> None:
    over_five_minutes("avg", threshold=20)
    push("cpu{host=a}", "30")
    for minute in range(8):
        evaluate(minute)

    alert = Alert.objects.get()
    assert (alert.state, alert.value, alert.no_data_since) == ("firing", 30.0, NOON)


def test_a_series_that_fell_silent_is_absent() -> None:
    over_five_minutes("absent", condition="==", threshold=1)
    push("cpu{host=a}", "30")
    push("cpu{host=b}", "30x10", end=NOON + 9 * MINUTE)
    seen = []
    for minute in range(7):
        evaluate(minute)
        seen.append(len(states()))

    assert seen == [0, 0, 0, 0, 0, 1, 1]
    assert fired() == {"a": 1.0}


def test_absence_ends_with_the_next_sample() -> None:
    over_five_minutes("absent", condition="==", threshold=1)
    push("cpu{host=a}", "30")
    for minute in range(6):
        evaluate(minute)
    push("cpu{host=a}", "30", end=NOON + 6 * MINUTE)

    evaluate(6)

    assert states() == ["resolved"]


def test_a_metric_that_nobody_reports_is_absent_once_a_window_has_passed() -> None:
    over_five_minutes("absent", condition="==", threshold=1)
    seen = []
    for minute in range(6):
        evaluate(minute)
        seen.append(states())

    assert seen == [[]] * 5 + [["firing"]]
    assert Alert.objects.get().fingerprint == OF_NOTHING


def test_after_an_outage_absence_has_to_last_anew() -> None:
    """While nobody evaluated, most likely nobody collected either."""
    over_five_minutes("absent", condition="==", threshold=1)
    push("cpu{host=a}", "30")
    evaluate()
    seen = []
    for minute in range(60, 66):
        evaluate(minute)
        seen.append(states())

    assert seen == [[]] * 5 + [["firing"]]
    assert EvaluationState.objects.get().watched_since == NOON + 60 * MINUTE


def test_more_samples_than_one_read_may_hold_are_read_in_portions(settings: Settings) -> None:
    settings.MAX_RANGE_POINTS = 7
    over_five_minutes("sum", threshold=149)
    for host in "abcd":
        push(f"cpu{{host={host}}}", "10 20 30 40 50")

    evaluate()

    assert fired() == dict.fromkeys("abcd", 150.0)


def test_a_window_that_cannot_be_read_costs_its_rules_alone(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAX_RANGE_POINTS = 4
    over_five_minutes("sum", rule_name="too much", threshold=0)
    rule_on(rule_name="newest", threshold=0)
    rule_on(rule_name="short", aggregation="sum", window_seconds=180, threshold=0)
    push("cpu{host=a}", "10 20 30 40 50")

    evaluate()

    firing = Alert.objects.values_list("rule__rule_name", flat=True)
    assert sorted(firing) == ["newest", "short"]
    assert "windows not read" in caplog.text


def test_an_aggregation_without_a_window_is_odd(caplog: pytest.LogCaptureFixture) -> None:
    rule_on(aggregation="avg", window_seconds=0)
    push("cpu{host=a}", "90")

    evaluate()

    assert not Alert.objects.exists()
    assert "avg needs a window" in caplog.text


def test_windows_of_one_length_are_one_read() -> None:
    def queries(first_minute: int) -> int:
        evaluate(first_minute)
        evaluate(first_minute + 1)
        with CaptureQueriesContext(connection) as captured:
            evaluate(first_minute + 2)
        return len(captured)

    push("cpu{host=a}", "30x5")
    over_five_minutes("avg", threshold=100)
    of_one_rule = queries(0)
    for number in range(6):
        over_five_minutes("min", metric=f"m{number}", threshold=-1, condition="<")
        push(f"m{number}{{host=a}}", "30x5")

    assert queries(3) == of_one_rule
