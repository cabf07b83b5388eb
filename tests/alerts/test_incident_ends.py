"""How incidents that opened by themselves end, and what two sweeps at once do."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from alerts.models import Alert, Event, Incident
from alerts.models.event import EventKind
from alerts.services import (
    Author,
    open_for_groups,
)
from alerts.services import incident_groups as module
from alerts.services.incident_groups import LASTS, QUIET, key_of
from alerts.services.incidents import end_incident
from alerts.tasks import open_incidents
from tests.alerts.factories import (
    NOON,
    AlertFactory,
    IncidentFactory,
)

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
LASTING = NOON + LASTS


@pytest.fixture(autouse=True)
def _for_critical(settings: Settings) -> None:
    settings.INCIDENT_AUTO_OPEN = "critical"


def critical(**fields: object) -> Alert:
    return AlertFactory.create(**({"severity": "critical"} | fields))


def resolve(alert: Alert, at: datetime) -> None:
    Alert.objects.filter(pk=alert.pk).update(state="resolved", resolved_at=at)


@pytest.mark.parametrize(("passed", "status"), [(QUIET - SECOND, "open"), (QUIET, "resolved")])
def test_it_ends_once_all_alerts_are_over_for_ten_minutes(passed: timedelta, status: str) -> None:
    first = critical()
    second = critical(rule=first.rule)
    open_for_groups(LASTING)
    resolve(first, LASTING)
    resolve(second, LASTING + SECOND)

    open_for_groups(LASTING + SECOND + passed)

    incident = Incident.objects.get()
    assert incident.status == status
    if status == "resolved":
        assert incident.resolved_at == LASTING + SECOND
        moved = Event.objects.get(kind=EventKind.MOVED)
        assert (moved.actor, moved.at) == ("", LASTING + SECOND + passed)


def test_it_lasts_while_one_alert_does() -> None:
    first = critical()
    critical(rule=first.rule)
    open_for_groups(LASTING)
    resolve(first, LASTING)

    open_for_groups(LASTING + 2 * QUIET)

    assert Incident.objects.get().status == "open"


def test_incidents_of_people_are_ended_by_people() -> None:
    incident = IncidentFactory.create()
    incident.alerts.add(critical(state="resolved"))

    open_for_groups(NOON + 2 * QUIET)

    incident.refresh_from_db()
    assert incident.status == "open"


def test_of_two_sweeps_at_once_one_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    alert = critical()
    open_for_groups(LASTING)
    later = critical(rule=alert.rule)
    monkeypatch.setattr(module, "_under_way", lambda _keys: {})

    assert open_for_groups(LASTING + SECOND) == []

    monkeypatch.undo()
    open_for_groups(LASTING + 2 * SECOND)
    assert set(Incident.objects.get().alerts.all()) == {alert, later}


def test_nothing_joins_an_incident_that_ended_in_the_meantime(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alert = critical()
    ended = IncidentFactory.create(status="resolved", resolved_at=NOON)
    monkeypatch.setattr(module, "_under_way", lambda _keys: {key_of(alert): ended.pk})

    open_for_groups(LASTING)

    assert not ended.alerts.exists()


def test_an_incident_that_people_ended_in_the_meantime_stays_as_they_left_it() -> None:
    incident = IncidentFactory.create(status="closed", resolved_at=NOON)

    end_incident(incident.pk, over_at=LASTING, author=Author(""), at=LASTING)

    incident.refresh_from_db()
    assert (incident.status, incident.resolved_at) == ("closed", NOON)
    assert not incident.events.exists()


def test_the_task_asks_for_now(settings: Settings) -> None:
    critical()

    open_incidents()

    assert Incident.objects.count() == 1
