"""Who is told instead, when a channel refuses a message for good."""

from collections.abc import Collection, Sequence

from alerts.channels import registry
from alerts.models import Alert, Notification
from alerts.models.notification import OWED, Kind, Status
from alerts.outbox import owe_instead

NOBODY_ELSE = "and no other channel is left"


def tell_another(refused: Notification, alert: Alert) -> str:
    """Owe the message on the next channel if nobody else hears it; return what was done, in words.

    The refusal is in the row already. `alert` is locked by the caller: it cannot be resolved between
    this look at its state and the commit, which would leave a firing that is never said to be over.
    """
    if refused.kind != Kind.FIRING or alert.state == Alert.State.RESOLVED:
        return ""
    siblings = Notification.objects.filter(
        alert=alert, transition_seq=refused.transition_seq, kind=refused.kind
    )
    if siblings.filter(status__in=[Status.SENT, *OWED]).exists():
        return ""
    tried = siblings.exclude(status=Status.SUPPRESSED).values_list("channel", flat=True)
    named = refused.payload.get("channels", [])
    channel = next_channel(named, registry.configured(), tried=set(tried))
    if channel is None:
        return NOBODY_ELSE
    owe_instead(refused, channel)
    return f"told by {channel} instead"


def next_channel(
    named: Sequence[str], configured: Sequence[str], *, tried: Collection[str]
) -> str | None:
    """Return the first channel of the rule that can be used and was not tried, else any such channel.

    A channel that the rule does not name is better than that nobody hears of an alert.
    """
    candidates = [*(name for name in named if name in configured), *configured]
    return next((name for name in candidates if name not in tried), None)
