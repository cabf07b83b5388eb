"""What one message speaks for: its group, what it spoke for before, and whatever waits once a budget is used up."""

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from alerts.delivery.due import MOST_SEVERE_FIRST, in_turn
from alerts.models import Notification
from alerts.models.notification import OWED, Status
from alerts.outbox.dues import is_bundling

MOST_IN_ONE = 100
# Any number that nobody else uses as the first of a pair of keys.
_GROUPS = 7_303_014
_ONE_AT_A_TIME = """
SELECT pg_advisory_xact_lock(%s, hashtext(concat_ws(' ', group_key, kind, channel, recipient)))
FROM notifications WHERE id = %s AND group_key <> ''
"""


def one_at_a_time(notification_id: int) -> None:
    """Let the claims of a group go one after another, until the caller's transaction ends.

    Workers are called to all messages of a group at once. Each would hold the one that it was called to, pass over
    those that the others hold, and send what is left: several messages in place of one. To be called before any
    row is locked, by a statement of its own, so that the next one sees what the claim before has taken.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [_GROUPS, notification_id])


def members_of(leader: Notification, tokens_left: float) -> list[int]:
    """Return what a message that is being claimed speaks for beside itself, and lock these rows.

    A repeat of a message that may have arrived has to be the same message: it takes in nothing new, or a
    receiver that drops repeats would drop that too. Rows that others hold are passed over, not waited for.
    """
    if not is_bundling(leader.channel):
        return []
    wanted = Q(carried_by=leader)
    if not _may_have_arrived(leader):
        wanted |= _newcomers(leader, tokens_left)
    rows = _alike(leader).filter(wanted).order_by(MOST_SEVERE_FIRST, "pk")
    locked = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    return list(locked.values_list("pk", flat=True)[: MOST_IN_ONE - 1])


def _newcomers(leader: Notification, tokens_left: float) -> Q:
    """Return the condition on rows that join: never before the end of a cooldown, and told nobody before."""
    # A row that another message speaks for belongs to that one, as long as it is owed.
    free = Q(carried_by=None) | ~Q(carried_by__status__in=OWED)
    fresh = free & Q(status=Status.PENDING, in_doubt=False) & Q(told_from__lte=Now())
    if _outnumber(leader, tokens_left):
        return fresh & (Q(due_at__lte=Now()) | _same_group(leader))
    return fresh & _same_group(leader)


def _same_group(leader: Notification) -> Q:
    # No group at all is not a group: such rows stay by themselves.
    return Q(group_key=leader.group_key) & ~Q(group_key="")


def _outnumber(leader: Notification, tokens_left: float) -> bool:
    """Tell whether more messages wait for the recipient than may be sent: then they go as one digest."""
    if tokens_left >= MOST_IN_ONE:
        return False
    waiting = _alike(leader).filter(status=Status.PENDING, due_at__lte=Now())
    return waiting[:MOST_IN_ONE].count() > tokens_left


def _alike(leader: Notification) -> QuerySet[Notification]:
    """What is owed to the same recipient, of the same kind, and in its turn."""
    own = Q(status=Status.PENDING) | Q(status=Status.LEASED, due_at__lte=Now())
    return (
        in_turn()
        .exclude(pk=leader.pk)
        .annotate(told_from=Coalesce(F("alert__notify_at"), Now()))
        .filter(own, channel=leader.channel, recipient=leader.recipient, kind=leader.kind)
    )


def _may_have_arrived(leader: Notification) -> bool:
    return leader.in_doubt or leader.status == Status.LEASED
