"""Replay: the state as of an instant, from events, is what the rows said at that instant."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import events, services
from alerts.models import Alert, Incident
from alerts.models.event import EventKind
from alerts.models.incident import IncidentStatus
from alerts.timeline.selectors import standing_of
from monitoring.errors import ConflictError
from tests.alerts.factories import NOON, AlertFactory, IncidentFactory

MINUTE = timedelta(minutes=1)
BY = services.Author("ana", via="api")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["raise", "acknowledge", "unacknowledge", "resolve", "move", "nothing"]),
        st.integers(0, 2),
        st.sampled_from(["ana", "bo"]),
    ),
    max_size=14,
)


@dataclass(frozen=True)
class Row:
    """What the rows of an alert say."""

    state: str
    fired_at: datetime | None
    resolved_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None


def row_of(alert: Alert) -> Row:
    return Row(
        alert.state,
        alert.fired_at,
        alert.resolved_at,
        alert.acknowledged_by,
        alert.acknowledged_at,
    )


def snapshot(incident: Incident) -> tuple[str, dict[Any, Row]]:
    incident.refresh_from_db()
    return incident.status, {alert.pk: row_of(alert) for alert in incident.alerts.all()}


def replayed(incident: Incident, at: datetime) -> tuple[str | None, dict[Any, Row]]:
    """Return the past of the alerts that had begun by then: the others were no rows yet."""
    found = standing_of(incident, at=at)
    return found.status, {
        each.alert.pk: Row(
            each.standing.state,
            each.standing.fired_at,
            each.standing.resolved_at,
            each.standing.acknowledged_by,
            each.standing.acknowledged_at,
        )
        for each in found.alerts
        if each.standing.state is not None
    }


def act(incident: Incident, what: str, which: int, who: str, at: datetime) -> None:
    """Do one thing through the services; what they refuse has not happened."""
    alerts = list(incident.alerts.order_by("fingerprint"))
    try:
        if what == "raise":
            finding = services.Finding(f"finding-{which}", f"Finding {which}", "critical")
            alert = services.raise_alert(finding, at=at)
            services.update_incident(incident.pk, {"link_alerts": [alert.pk]}, author=BY, at=at)
        elif what == "move":
            to = list(IncidentStatus)[which + 1]
            services.advance_incident(incident.pk, to, by=who, at=at)
        elif what == "nothing" or not alerts:
            return
        elif what == "acknowledge":
            services.acknowledge_alert(alerts[which % len(alerts)].pk, by=who, at=at)
        elif what == "unacknowledge":
            services.unacknowledge_alert(alerts[which % len(alerts)].pk, by=who, at=at)
        else:
            services.resolve_alert(alerts[which % len(alerts)].pk, by=who, at=at)
    except ConflictError:
        return


@pytest.mark.django_db
@given(STEPS)
@settings(max_examples=30, deadline=None)
def test_the_past_told_from_events_is_what_the_rows_said_then(
    steps: list[tuple[str, int, str]],
) -> None:
    with transaction.atomic():
        incident = services.create_incident(
            services.IncidentDraft(title="Outage", severity="high"), author=BY, at=NOON
        )
        seen = [(NOON, snapshot(incident))]
        for number, (what, which, who) in enumerate(steps, start=1):
            at = NOON + number * MINUTE
            act(incident, what, which, who, at)
            seen.append((at, snapshot(incident)))

        for at, rows in seen:
            assert replayed(incident, at) == rows
            assert replayed(incident, at + MINUTE / 2) == rows
        transaction.set_rollback(True)  # each example begins without the rows of the one before


@pytest.mark.django_db
def test_hidden_and_escalated_are_told_too() -> None:
    alert = AlertFactory.create()
    incident = IncidentFactory.create()
    incident.alerts.add(alert)
    events.record(EventKind.HIDDEN, alert=alert, at=NOON + MINUTE, detail={"by": "silence"})
    events.record(EventKind.ESCALATED, alert=alert, at=NOON + 2 * MINUTE, detail={"step": 2})

    (then,) = standing_of(incident, at=NOON + MINUTE).alerts
    (now,) = standing_of(incident, at=NOON + 2 * MINUTE).alerts

    assert (then.standing.hidden, then.standing.steps_taken) == (True, 0)
    assert (now.standing.hidden, now.standing.steps_taken) == (True, 2)
