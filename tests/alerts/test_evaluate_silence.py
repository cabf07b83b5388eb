"""Rules over series that stop reporting, or never did, on a real database."""

import pytest

from alerts.evaluation.fingerprint import OF_NOTHING, fingerprint
from alerts.models import Alert
from alerts.models.choices import NoDataPolicy
from monitoring.models import Latest
from tests.alerts.factories import NOON
from tests.alerts.samples import MINUTE, evaluate, report, rule_on

pytestmark = pytest.mark.django_db


def test_a_silent_series_is_marked_and_keeps_its_last_value() -> None:
    rule_on()
    report("cpu", 85)
    evaluate()
    for minute in range(1, 7):
        evaluate(minute)

    alert = Alert.objects.get()
    assert (alert.state, alert.value, alert.no_data_since) == ("firing", 85, NOON)


def test_silence_that_resolves_says_so() -> None:
    rule_on(no_data_policy=NoDataPolicy.RESOLVE)
    report("cpu", 85)
    for minute in range(7):
        evaluate(minute)

    alert = Alert.objects.get()
    assert (alert.state, alert.no_data_since) == ("resolved", NOON)
    assert "stopped reporting" in str(alert.resolution_note)


def test_a_metric_that_nobody_reports_fires_once_and_without_labels() -> None:
    rule_on("metrics_collected_last_minute", no_data_policy=NoDataPolicy.FIRE)
    for minute in range(8):
        evaluate(minute)

    alert = Alert.objects.get()
    assert (alert.fingerprint, alert.labels, alert.service) == (OF_NOTHING, {}, "")
    assert (alert.started_at, alert.no_data_since) == (NOON + 6 * MINUTE, NOON)
    assert alert.value is None
    assert alert.description.endswith("No data since 2025-01-12 12:00:00 UTC.")


def test_the_alert_of_a_missing_metric_ends_when_the_metric_is_reported() -> None:
    rule_on("m", condition="<", threshold=1, no_data_policy=NoDataPolicy.FIRE)
    for minute in range(7):
        evaluate(minute)
    report("m{host=a}", 0, at=NOON + 7 * MINUTE)

    evaluate(7)

    found = {alert.fingerprint: alert.state for alert in Alert.objects.all()}
    assert found == {
        OF_NOTHING: "resolved",
        fingerprint("payment-service", {"host": "a"}): "firing",
    }


@pytest.mark.parametrize("policy", [NoDataPolicy.KEEP, NoDataPolicy.RESOLVE])
def test_a_metric_that_nobody_reports_is_no_breach_by_default(policy: NoDataPolicy) -> None:
    rule_on("m", condition="<", threshold=1, no_data_policy=policy)
    for minute in range(8):
        evaluate(minute)

    assert not Alert.objects.exists()


def test_a_series_that_vanished_from_the_store_is_silent_and_not_over() -> None:
    rule_on(no_data_policy=NoDataPolicy.KEEP)
    report("cpu{host=a}", 85)
    evaluate()
    Latest.objects.all().delete()
    for minute in range(1, 8):
        report("cpu{host=b}", 50, at=NOON + minute * MINUTE)
        evaluate(minute)

    alert = Alert.objects.get()
    assert (alert.state, alert.no_data_since) == ("firing", NOON)


def test_an_alert_by_silence_has_no_value() -> None:
    rule_on("m", condition="<", threshold=1, no_data_policy=NoDataPolicy.FIRE)
    report("m", 500)
    for minute in range(7):
        evaluate(minute)

    alert = Alert.objects.get()
    assert (alert.state, alert.value, alert.no_data_since) == ("firing", None, NOON)


def test_a_series_without_service_and_labels_is_a_series_all_the_same() -> None:
    rule_on()
    report("cpu", 85, service="")

    evaluate()

    assert Alert.objects.get().fingerprint == OF_NOTHING
