"""How each channel stands: what it lacks, whether it is paused, what waits and when it last got something through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count

from alerts.channels import registry
from alerts.models import ChannelState, Notification
from alerts.models.notification import OWED, Status
from alerts.watch.canary import CANARY

READY, PAUSED, DISABLED = "ready", "paused", "disabled"
_LOOKED_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Standing:
    """One channel, for people to look at."""

    name: str
    state: str
    """`ready`, `paused` because its other side asked for it, or `disabled` for want of settings."""
    missing: Sequence[str]
    bundles: bool
    follows: bool
    per_minute: int
    """Messages that it may send in a minute; 0: no limit."""
    recipients: int
    owed: int
    last_sent_at: datetime | None
    """Within the last thirty days."""
    paused_until: datetime | None
    pause_reason: str


def standings(*, at: datetime) -> list[Standing]:
    """Return all channels by name, but for the canary's, which is no way to reach anybody."""
    states = ChannelState.objects.in_bulk()
    owed = _owed()
    names = sorted(set(registry.CHANNELS) - {CANARY})
    return [_standing(name, states.get(name), owed, at) for name in names]


def _standing(
    name: str, state: ChannelState | None, owed: Mapping[str, int], at: datetime
) -> Standing:
    channel = registry.CHANNELS[name]
    missing = list(channel.missing())
    until = state.paused_until if state else None
    is_paused = until is not None and until > at
    return Standing(
        name=name,
        state=DISABLED if missing else PAUSED if is_paused else READY,
        missing=missing,
        bundles=channel.bundles,
        follows=channel.follows,
        per_minute=settings.CHANNEL_BUDGETS.get(name, 0),
        recipients=0 if missing else len(channel.recipients()),
        owed=owed.get(name, 0),
        last_sent_at=_last_sent_at(name, at),
        paused_until=until if is_paused else None,
        pause_reason=state.pause_reason if state and is_paused else "",
    )


def _owed() -> dict[str, int]:
    rows = Notification.objects.filter(status__in=OWED).order_by()
    return dict(rows.values_list("channel").annotate(Count("pk")))


def _last_sent_at(name: str, at: datetime) -> datetime | None:
    sent = Notification.objects.filter(
        channel=name, status=Status.SENT, settled_at__gte=at - _LOOKED_BACK
    )
    return sent.order_by("-settled_at").values_list("sent_at", flat=True).first()
