"""Incidents over groups of alerts, by hand and by themselves."""

from datetime import timedelta

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from alerts.models import Alert, Incident, Silence
from alerts.services import (
    AlertGroup,
    Author,
    advance_incident,
    alerts_of_group,
    open_for_groups,
    open_incident,
    update_incident,
)
from alerts.services.incident_groups import LASTS, key_of
from monitoring.errors import InvalidInputError
from tests.alerts.factories import (
    NOON,
    AlertFactory,
    AlertRuleFactory,
    NotificationFactory,
)

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
LASTING = NOON + LASTS


@pytest.fixture(autouse=True)
def _for_critical(settings: Settings) -> None:
    settings.INCIDENT_AUTO_OPEN = "critical"


def critical(**fields: object) -> Alert:
    return AlertFactory.create(**({"severity": "critical"} | fields))


def test_a_group_by_rule_service_or_messages_is_what_of_it_fires() -> None:
    rule = AlertRuleFactory.create()
    first = AlertFactory.create(rule=rule, service="auth-service")
    second = AlertFactory.create(service="auth-service", started_at=NOON + SECOND)
    AlertFactory.create(rule=rule, state="resolved", service="auth-service")
    for _ in range(2):
        NotificationFactory.create(alert=second, group_key="k")

    assert alerts_of_group(AlertGroup(rule_id=rule.pk)) == [first]
    assert alerts_of_group(AlertGroup(service="auth")) == [first, second]
    assert alerts_of_group(AlertGroup(group_key="k")) == [second]


@pytest.mark.parametrize(
    "group", [AlertGroup(), AlertGroup(service="a", group_key="b"), AlertGroup(service="nobody")]
)
def test_a_group_that_is_unclear_or_empty_is_refused(group: AlertGroup) -> None:
    with pytest.raises(InvalidInputError):
        alerts_of_group(group)


@pytest.mark.parametrize(("passed", "opened"), [(LASTS - SECOND, 0), (LASTS, 1)])
def test_what_keeps_firing_for_five_minutes_opens_an_incident(
    passed: timedelta, opened: int
) -> None:
    alert = critical(title="Down")

    open_for_groups(NOON + passed)

    assert Incident.objects.count() == opened
    for incident in Incident.objects.all():
        assert (incident.title, incident.opened_by, incident.severity) == ("Down", "", "critical")
        assert incident.detected_at == NOON
        assert incident.group_key == f"rule:{alert.rule_id}"


def test_alerts_of_one_rule_are_one_incident_and_of_two_rules_two() -> None:
    rule = AlertRuleFactory.create()
    together = {critical(rule=rule), critical(rule=rule, fired_at=LASTING)}
    critical()

    opened = open_for_groups(LASTING)

    assert len(opened) == 2
    assert set(Incident.objects.get(group_key=f"rule:{rule.pk}").alerts.all()) == together


def test_a_large_group_takes_no_more_statements_than_a_small_one(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    AlertFactory.create_batch(30, rule=AlertRuleFactory.create(), severity="critical")

    with django_assert_max_num_queries(20):
        open_for_groups(LASTING)

    assert Incident.objects.get().alerts.count() == 30


def test_findings_go_by_their_service_and_without_one_by_themselves() -> None:
    one, same, other, alone = (
        AlertFactory.build(rule=None, service=service, fingerprint=print_)
        for service, print_ in [("a", "1"), ("a", "2"), ("b", "3"), ("", "4")]
    )

    assert key_of(one) == key_of(same)
    assert len({key_of(alert) for alert in (one, other, alone)}) == 3
    assert all(len(key_of(alert)) <= 64 for alert in (one, other, alone))


def test_a_second_sweep_opens_nothing_and_lets_later_alerts_join() -> None:
    alert = critical()
    open_for_groups(LASTING)
    later = critical(rule=alert.rule, service="auth-service", fired_at=LASTING)

    assert open_for_groups(LASTING + SECOND) == []

    incident = Incident.objects.get()
    assert set(incident.alerts.all()) == {alert, later}
    assert incident.affected_services == ["payment-service", "auth-service"]
    assert incident.updated_at == LASTING + SECOND


@pytest.mark.parametrize(
    ("wanted", "severities"),
    [("off", set()), ("critical", {"critical"}), ("warning", {"critical", "medium"})],
)
def test_only_what_is_severe_enough_counts(
    settings: Settings, wanted: str, severities: set[str]
) -> None:
    settings.INCIDENT_AUTO_OPEN = wanted
    for severity in ("info", "warning", "critical"):
        AlertFactory.create(severity=severity)

    open_for_groups(LASTING)

    assert set(Incident.objects.values_list("severity", flat=True)) == severities


@pytest.mark.parametrize("fields", [{"source": "meta"}, {"source": "canary"}, {"state": "pending"}])
def test_what_watches_the_service_itself_or_does_not_fire_opens_nothing(
    fields: dict[str, str],
) -> None:
    critical(**fields)

    assert open_for_groups(LASTING) == []


def test_what_is_silenced_opens_nothing() -> None:
    critical()
    matcher = {"label": "service_name", "op": "=", "value": "payment-service"}
    Silence.objects.create(
        matchers=[matcher], starts_at=NOON, ends_at=LASTING + SECOND, owner="ana", reason="upgrade"
    )

    assert open_for_groups(LASTING) == []
    assert len(open_for_groups(LASTING + 2 * SECOND)) == 1


def test_an_alert_in_an_incident_of_people_opens_none_of_its_own() -> None:
    open_incident([critical()], by="ana", at=NOON)

    assert open_for_groups(LASTING) == []


def test_an_alert_that_a_person_took_out_stays_out() -> None:
    alert = critical()
    (pk,) = open_for_groups(LASTING)
    update_incident(pk, {"unlink_alerts": [alert.pk]}, author=Author("ana"), at=LASTING)

    assert open_for_groups(LASTING + SECOND) == []
    assert not Incident.objects.get().alerts.exists()


def test_a_group_that_fires_on_after_people_resolved_its_incident_opens_no_other() -> None:
    critical()
    (pk,) = open_for_groups(LASTING)
    advance_incident(pk, Incident.Status.RESOLVED, by="ana", at=LASTING)

    assert open_for_groups(LASTING + SECOND) == []


def test_a_new_alert_after_the_end_opens_a_new_incident() -> None:
    alert = critical()
    (first,) = open_for_groups(LASTING)
    advance_incident(first, Incident.Status.RESOLVED, by="ana", at=LASTING)
    critical(rule=alert.rule, fired_at=LASTING)

    assert open_for_groups(LASTING + LASTS - SECOND) == []
    assert len(open_for_groups(LASTING + LASTS)) == 1
