"""The links of a message that act without a token: made when it is written, since they name its row."""

from alerts.headlines import ActionLinks
from alerts.links import link_for
from alerts.messages import Message
from alerts.models.notification import Kind

# What can be acknowledged; who acknowledged is reminded so that the alert is resolved.
_TO_ACKNOWLEDGE = frozenset({Kind.FIRING, Kind.ESCALATION})
_TO_RESOLVE = frozenset({*_TO_ACKNOWLEDGE, Kind.ACKNOWLEDGED, Kind.REMINDER})


def links_of(message: Message) -> ActionLinks:
    """Return the links of a message; none where it has no row, or where there is nothing to do."""
    if not message.notification_id:
        return ActionLinks()
    number, kind = message.notification_id, message.kind
    return ActionLinks(
        acknowledge=link_for(number, "acknowledge") if kind in _TO_ACKNOWLEDGE else "",
        resolve=link_for(number, "resolve") if kind in _TO_RESOLVE else "",
    )
