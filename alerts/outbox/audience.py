"""Who is told what follows a firing: those who know, or may know, that the alert fires."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Now

from alerts.channels import registry
from alerts.messages import freeze
from alerts.models import Alert, Notification
from alerts.models.notification import OWED, Kind, Status
from alerts.outbox.dues import Due
from alerts.outbox.rows import Telling, count_on_commit, rows_of, write

OVERTAKEN = "over before it was sent"
TAKEN = "acknowledged before it was sent"
UNHEARD = "nobody was told here that it fired"

# Each of these tells its reader that the alert fires.
TELLING = (Kind.FIRING, Kind.ESCALATION, Kind.REMINDER)
_MOOT_ONCE_OVER = (*TELLING, Kind.ACKNOWLEDGED)

Audience = Mapping[UUID, Sequence[Due]]


def owe_acknowledged(alert: Alert, *, at: datetime) -> list[Notification]:
    """Write that a person has taken the alert, to whoever was told and whose channel follows; return these rows.

    To be called in the transaction that acknowledges, with the alert locked: steps of its chain that nobody has
    begun to send are taken back, so that nobody is woken for what somebody works on.
    """
    take_back([alert.pk], (Kind.ESCALATION,), TAKEN)
    following = {name for name, channel in registry.CHANNELS.items() if channel.follows}
    dues = [due for due in audience_of([alert.pk]).get(alert.pk, ()) if due.channel in following]
    if not dues:
        return []
    payload = freeze(alert, kind=Kind.ACKNOWLEDGED, channels=alert.notification_channels, at=at)
    # After all that is owed for this transition so far, and not the same as an acknowledgement before.
    own = Notification.objects.filter(alert=alert, transition_seq=alert.transition_seq)
    last = own.aggregate(last=Max("step"))["last"] or 0
    telling = Telling(alert, Kind.ACKNOWLEDGED, payload, alert.transition_seq, last + 1)
    return write(rows_of(telling, _distinct(dues)))


def overtake(alert_ids: Sequence[UUID]) -> None:
    """Take back what nobody has begun to send about alerts that are over."""
    take_back(alert_ids, _MOOT_ONCE_OVER, OVERTAKEN)


def take_back(alert_ids: Sequence[UUID], kinds: Sequence[Kind], reason: str) -> None:
    """Settle waiting messages of these kinds as superseded, unless one may have arrived.

    A sender that claims one at this moment holds the row: then this waits for it, sees that it is leased and
    leaves it alone. Rows are locked in the order of their keys, as everywhere.
    """
    waiting = Notification.objects.filter(
        alert__in=alert_ids, kind__in=kinds, status=Status.PENDING, in_doubt=False
    )
    locked = waiting.order_by("pk").select_for_update(no_key=True)
    channels = dict(locked.values_list("pk", "channel"))
    if not channels:
        return
    Notification.objects.filter(pk__in=channels).update(
        status=Status.SUPERSEDED, reason=reason, settled_at=Now()
    )
    for channel in channels.values():
        count_on_commit(channel, Status.SUPERSEDED)


def audience_of(alert_ids: Sequence[UUID]) -> dict[UUID, list[Due]]:
    """Return who knows, or may know, that the alerts fire."""
    told = told_of(alert_ids, [Status.SENT, *OWED])
    audience: dict[UUID, list[Due]] = defaultdict(list)
    for row in told.order_by("pk").only("alert_id", "channel", "recipient"):
        audience[row.alert_id].append(Due(row.channel, row.recipient))
    return audience


def told_of(alert_ids: Iterable[UUID], statuses: Sequence[Status]) -> QuerySet[Notification]:
    """Return the messages of these statuses, or in doubt, that say that the alerts fire."""
    return Notification.objects.filter(
        Q(status__in=statuses) | Q(in_doubt=True), alert__in=alert_ids, kind__in=TELLING
    )


def to_resolve(audience: Iterable[Due], others: Iterable[Due]) -> list[Due]:
    """Return whom to tell that it is over: those of the firing, and not the rule's recipients of now."""
    dues = {(due.channel, due.recipient): due for due in audience}
    for due in others:
        unheard = Due(due.channel, due.recipient, Status.SUPERSEDED, UNHEARD)
        dues.setdefault((due.channel, due.recipient), unheard)
    return list(dues.values())


def _distinct(dues: Iterable[Due]) -> list[Due]:
    return list(dict.fromkeys(dues))
