"""Who is told instead, when a channel refuses a message for good."""

from alerts.channels import registry
from alerts.models import Alert, Notification
from alerts.models.alert import State
from alerts.models.notification import OPEN, Kind, Status
from alerts.outbox import owe_instead
from alerts.outbox.dues import STREAM, next_channel

NOBODY_ELSE = "and no other channel is left"
# Each of these is meant to make somebody act; where it does not arrive, somebody else has to.
_CALLS = (Kind.FIRING, Kind.ESCALATION)
# What providers report of messages that they took and could not deliver.
UNDELIVERED = ("undelivered", "failed")


def tell_another(refused: Notification, alert: Alert) -> str:
    """Owe the message on the next channel if nobody else hears it; return what was done, in words.

    The refusal is in the row already. `alert` is locked by the caller: it cannot be resolved between
    this look at its state and the commit, which would leave a firing that is never said to be over.
    """
    if refused.kind not in _CALLS or alert.state == State.RESOLVED:
        return ""
    siblings = Notification.objects.filter(
        alert=alert, transition_seq=refused.transition_seq, kind=refused.kind, step=refused.step
    )
    # Where our channels tell people, nobody does who reads the stream.
    others = siblings.exclude(channel=STREAM).exclude(pk=refused.pk)
    others = others.exclude(receipts__status__in=UNDELIVERED)
    if others.filter(status__in=[Status.SENT, *OPEN]).exists():
        return ""
    tried = siblings.exclude(status=Status.SUPPRESSED).values_list("channel", flat=True)
    named = refused.payload.get("channels", [])
    channel = next_channel(named, registry.for_people(), tried=set(tried))
    if channel is None:
        return NOBODY_ELSE
    owe_instead(refused, channel)
    return f"told by {channel} instead"
