"""The box of the operations page that says what needs somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from alerts.models import Alert, Incident, Notification, OnCallRotation
from alerts.models.alert import State
from alerts.models.notification import Status
from alerts.selectors import incidents_under_way, worst_first
from alerts.services.oncall import who_is_on_call
from alerts.watch.audit import overdue_notifications, overdue_steps
from alerts.wording import span
from monitoring.console.panel import Panel, PanelMaker

SHOWN = 20


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One open alert and how long it has lasted, such as `2 h 5 min`."""

    alert: Alert
    age: str


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """One incident that people work on and how long it has lasted."""

    incident: Incident
    age: str


@dataclass(frozen=True, slots=True)
class Turn:
    """Who is on call in one rotation; empty in a rotation without people."""

    rotation: str
    person: str


def alerts_panel(at: datetime) -> Panel:
    """Return what fires, the worst first, what may fire soon, who is there for it, and the incidents under way."""
    firing, pending = worst_first(State.FIRING), worst_first(State.PENDING)
    firing_total = firing.count()
    firing_lines = _lines(firing, at)
    return Panel(
        title="Alerts",
        order=10,
        template="console/alerts.html",
        context={
            "firing": firing_lines,
            "firing_total": firing_total,
            "pending": _lines(pending, at),
            "pending_total": pending.count(),
            "hidden_total": _hidden(),
            "turns": _turns(at),
            "overdue": [text for text in (overdue_notifications(at), overdue_steps(at)) if text],
            "incidents": [
                IncidentLine(incident, span(at - incident.detected_at))
                for incident in incidents_under_way()[:SHOWN]
            ],
        },
        wide=True,
        announce=_announcement(firing_lines, firing_total),
        badge=firing_total,
    )


def _lines(alerts: QuerySet[Alert], at: datetime) -> list[AlertLine]:
    return [AlertLine(alert, span(at - alert.started_at)) for alert in alerts[:SHOWN]]


def _hidden() -> int:
    """Count the alerts that fire and about which a message is held back."""
    held = Notification.objects.filter(status=Status.HELD, alert__state=State.FIRING)
    return int(held.aggregate(alerts=Count("alert", distinct=True))["alerts"])


def _turns(at: datetime) -> list[Turn]:
    found = []
    for rotation in OnCallRotation.objects.order_by("name"):
        person = who_is_on_call(rotation, at)
        found.append(Turn(rotation.name, person.name if person else ""))
    return found


def _announcement(worst: Sequence[AlertLine], total: int) -> str:
    if not worst:
        return ""
    fire = "1 alert fires" if total == 1 else f"{total} alerts fire"
    return f"{fire}, the worst: {worst[0].alert.title}"


PANELS: list[PanelMaker] = [alerts_panel]
