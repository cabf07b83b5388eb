"""Looks after alerts that somebody acknowledged and that fire still: a reminder, or the end of the acknowledgement."""

from dataclasses import replace
from datetime import datetime

from alerts import events, outbox
from alerts.channels import registry
from alerts.escalation.chain import Chain
from alerts.escalation.reminding import ends_at, remind_due
from alerts.models import Alert, Event
from alerts.models.event import EventKind
from alerts.models.notification import Kind
from alerts.services import acknowledgement
from alerts.services.reach import PERSONAL, Directory, Reach, reach_person


def look_after(alert: Alert, directory: Directory, at: datetime) -> list[int]:
    """Remind who has the alert, whose row the caller holds, or take it back; return the ids of messages owed now."""
    chain = Chain.of(alert.escalation or {})
    since = alert.acknowledged_at or at
    end = ends_at(chain, since)
    if end is not None and end <= at:
        _end(alert, at)
        return []
    chain = replace(chain, reminders=chain.reminders + 1)
    alert.escalation, alert.remind_at = chain.as_json(), remind_due(chain, since, after=at)
    alert.save(update_fields=["escalation", "remind_at", "updated_at"])
    return _remind(alert, chain.reminders, directory, at)


def _end(alert: Alert, at: datetime) -> None:
    """Take the alert back; the chain's next step, due now or later, tells the next one."""
    detail = {"by": alert.acknowledged_by, "since": (alert.acknowledged_at or at).isoformat()}
    acknowledgement.take_back(alert, at=at)
    events.record(EventKind.UNACKNOWLEDGED, alert=alert, at=at, detail=detail)


def _remind(alert: Alert, number: int, directory: Directory, at: datetime) -> list[int]:
    reach = _whom(alert, directory)
    owed = outbox.owe_to(alert, kind=Kind.REMINDER, step=number, to=reach.recipients, at=at)
    detail = {
        "number": number,
        "who": reach.who or alert.acknowledged_by,
        "channels": sorted({recipient.channel for recipient in reach.recipients}),
        "note": reach.note,
    }
    events.record(EventKind.REMINDED, alert=alert, at=at, detail=detail)
    return [row.pk for row in owed]


def _whom(alert: Alert, directory: Directory) -> Reach:
    """Return who acknowledged, or the recipients of the alert's own channels if no contact is known for them."""
    taken = Event.objects.filter(alert=alert, kind=EventKind.ACKNOWLEDGED).order_by("-at", "-pk")
    actor = taken.values_list("actor", flat=True).first() or ""
    person = directory.known_as([actor, alert.acknowledged_by or ""])
    if person is not None:
        reach = reach_person(person, PERSONAL)
        if reach.recipients:
            return reach
    usable = [name for name in alert.notification_channels if not registry.why_unusable(name)]
    recipients = [
        outbox.Recipient(name, each)
        for name in usable
        for each in dict.fromkeys(registry.CHANNELS[name].recipients())
    ]
    return Reach("", recipients, f"no address of {alert.acknowledged_by} is known")
