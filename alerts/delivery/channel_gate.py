"""When a channel may send: pauses that its other side asked for, and its budget of messages a minute."""

import logging
from datetime import datetime, timedelta
from math import inf

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Greatest, Now

from alerts.delivery.bucket import refilled, seconds_until_one
from alerts.models import ChannelState

logger = logging.getLogger(__name__)

_LONGEST_REASON = 500


def closed_channels() -> QuerySet[ChannelState]:
    """Return, for a subquery of messages, the state of their channel if it may send nothing now."""
    is_closed = Q(paused_until__gt=Now()) | Q(next_token_at__gt=Now())
    return ChannelState.objects.filter(is_closed, channel=OuterRef("channel"))


def take_token(channel: str) -> float | None:
    """Take the right to send one message; return how many are left, None if there is none now.

    To be called in the transaction of the claim, after its message was locked. One who finds no token closes
    the channel until there is one again: other messages of the channel then wait without being touched.
    """
    per_minute = settings.CHANNEL_BUDGETS.get(channel, 0)
    if not per_minute:
        return inf
    state, now = _locked(channel)
    elapsed = (now - state.refilled_at).total_seconds()
    tokens = refilled(state.tokens, elapsed, per_minute)
    granted = tokens >= 1
    left = tokens - 1 if granted else tokens
    wait = timedelta(seconds=seconds_until_one(left, per_minute))
    ChannelState.objects.filter(pk=channel).update(
        tokens=left,
        refilled_at=max(now, state.refilled_at),
        next_token_at=Now() + wait if wait else None,
    )
    return left if granted else None


def pause(channel: str, wait: timedelta, reason: str) -> None:
    """Let the channel send nothing for so long; a longer pause that is under way stays.

    To be called in the transaction that settles the message, after all its rows are locked.
    """
    _create(channel)
    until = Now() + wait
    ChannelState.objects.filter(pk=channel).update(
        paused_until=Greatest(Coalesce(F("paused_until"), until), until),
        pause_reason=reason[:_LONGEST_REASON],
    )
    seconds = wait.total_seconds()
    fields = {"channel": channel, "seconds": seconds, "reason": reason}
    transaction.on_commit(lambda: logger.warning("channel paused", extra=fields))


def _locked(channel: str) -> tuple[ChannelState, datetime]:
    """Return the channel's state, locked, and the instant by the clock of the database."""
    rows = ChannelState.objects.select_for_update(no_key=True).annotate(database_now=Now())
    state = rows.filter(pk=channel).first()
    if state is None:
        _create(channel)
        state = rows.get(pk=channel)
    return state, state.database_now


def _create(channel: str) -> None:
    """Make the row of a channel that has none; its bucket is full."""
    tokens = settings.CHANNEL_BUDGETS.get(channel, 0)
    ChannelState.objects.bulk_create(
        [ChannelState(channel=channel, tokens=tokens)], ignore_conflicts=True
    )
