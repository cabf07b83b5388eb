"""Looks for duties that nobody has done in time. Each check is one indexed query with a budget of time."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from alerts.models import Alert, AlertRule, ChannelState, EvaluationState, Notification
from alerts.models.alert import Source, State
from alerts.models.notification import OWED, Status
from alerts.watch.canary import CANARY, is_expected

logger = logging.getLogger(__name__)

# What the sweeps do within seconds is overdue after this.
OVERDUE_AFTER = timedelta(seconds=60)
# Evaluations and canaries come each minute: two may be missed before somebody has to know.
MISSED_PERIODS = 3
# What was orphaned longer ago than this was told then; the check must not read all of history.
LOOK_BACK = timedelta(hours=24)
CHECK_BUDGET_MS = 5_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One duty that is not done, by a short name, in words for who is woken by it."""

    check: str
    text: str


Check = Callable[[datetime], str]
"""Returns what is wrong, in one sentence; empty if nothing is."""


def audit(*, at: datetime) -> list[Problem]:
    """Return all that is overdue. A check that fails or takes too long is a problem itself."""
    found = [Problem(name, _ask(name, check, at)) for name, check in CHECKS.items()]
    return [problem for problem in found if problem.text]


def overdue_notifications(_at: datetime) -> str:
    """Messages that are due, or whose lease has ended, and that no sender takes."""
    paused = ChannelState.objects.filter(channel=OuterRef("channel"), paused_until__gt=Now())
    late = Notification.objects.filter(
        ~Exists(paused), status__in=OWED, due_at__lte=Now() - OVERDUE_AFTER
    )
    blocked = Notification.objects.filter(
        alert=OuterRef("alert"),
        channel=OuterRef("channel"),
        recipient=OuterRef("recipient"),
        status__in=OWED,
        pk__lt=OuterRef("pk"),
    )
    number = late.filter(~Exists(blocked)).count()
    return _overdue(number, "notification")


def overdue_steps(_at: datetime) -> str:
    """Steps of escalation chains, and reminders, that nobody has taken."""
    late = Now() - OVERDUE_AFTER
    number = Alert.objects.filter(Q(next_step_at__lte=late) | Q(remind_at__lte=late)).count()
    return _overdue(number, "escalation step")


def late_evaluation(at: datetime) -> str:
    """The evaluation of the rules, which comes each minute."""
    if not AlertRule.objects.filter(enabled=True).exists():
        return ""
    state = EvaluationState.objects.first()
    last = state.last_evaluated_at if state else None
    if last is None or at - last <= MISSED_PERIODS * settings.ALERT_EVALUATION_INTERVAL:
        return ""
    return f"No rule has been evaluated since {last:%Y-%m-%d %H:%M:%S} UTC."


def orphaned_alerts(at: datetime) -> str:
    """Alerts that fire, should tell somebody, and owe nothing to anybody."""
    owed = Notification.objects.filter(alert=OuterRef("pk"))
    orphans = Alert.objects.filter(
        ~Exists(owed),
        ~Q(notification_channels=[]),
        state=State.FIRING,
        fired_at__range=(at - LOOK_BACK, at - OVERDUE_AFTER),
    )
    number = orphans.count()
    return f"{number} firing alerts have no message at all." if number else ""


def late_canary(at: datetime) -> str:
    """The canary, which travels the whole road each minute."""
    allowed = MISSED_PERIODS * settings.ALERT_EVALUATION_INTERVAL
    if not is_expected(at - allowed):
        return ""
    arrived = Notification.objects.filter(
        channel=CANARY, status=Status.SENT, settled_at__gte=at - allowed
    )
    if arrived.exists():
        return ""
    return f"No canary has arrived at the end of the alerting road for {allowed}."


def unheard_alerts(at: datetime) -> str:
    """Alerts whose every message failed: they fire, and nobody was told."""
    rows = Notification.objects.filter(alert=OuterRef("pk"))
    heard = rows.filter(status__in=[*OWED, Status.SENT, Status.HELD])
    failed = rows.filter(status__in=[Status.FAILED, Status.DEAD])
    deaf = Alert.objects.filter(
        Exists(failed), ~Exists(heard), state=State.FIRING, fired_at__gte=at - LOOK_BACK
    ).exclude(source=Source.META)
    number = deaf.count()
    return f"{number} firing alerts could not be told to anybody." if number else ""


CHECKS: dict[str, Check] = {
    "notifications": overdue_notifications,
    "escalation": overdue_steps,
    "evaluation": late_evaluation,
    "orphans": orphaned_alerts,
    "unheard": unheard_alerts,
    "canary": late_canary,
}


def _ask(name: str, check: Check, at: datetime) -> str:
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {CHECK_BUDGET_MS}")
            return check(at)
    except DatabaseError as error:
        logger.warning("audit check failed", extra={"check": name, "error": str(error).strip()})
        return f"The audit of {name} could not be made."


def names() -> Iterable[str]:
    """Return the names of all checks."""
    return CHECKS


def _overdue(number: int, what: str) -> str:
    if not number:
        return ""
    return f"{number} {what}{' is' if number == 1 else 's are'} overdue by more than a minute."
