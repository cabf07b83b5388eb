"""To whom something is owed, by which channel: what can be used, what stands in for it, and the mode of notifying."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.conf import settings

from alerts.channels import registry
from alerts.models import Alert
from alerts.models.alert import Source
from alerts.models.notification import Status

STREAM = "stream"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to tell, and how; without an address whoever the channel itself knows."""

    channel: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """One thing owed: by which channel, to whom; final at once if it cannot or need not be sent."""

    channel: str
    recipient: str = ""
    status: Status = Status.PENDING
    reason: str = ""

    @property
    def waits(self) -> bool:
        """Tell whether it is to be sent."""
        return self.status == Status.PENDING


def dues_for(alert: Alert, to: Sequence[Recipient]) -> list[Due]:
    """Return what is owed to tell `to` of the alert, as NOTIFY_MODE has it.

    In the mode `stream` others tell people, from what they read there; where the stream is not set up they
    cannot, so ours do. Where nothing that was asked for can be used, a channel that can is told instead.
    """
    if settings.NOTIFY_MODE == "direct" or alert.source == Source.CANARY:
        return _with_substitute(_by_channels(to))
    stream = by_channel(Recipient(STREAM))
    is_usable = any(due.waits for due in stream)
    if settings.NOTIFY_MODE == "stream" and is_usable:
        return stream
    ours = _with_substitute(_by_channels(to))
    if settings.NOTIFY_MODE == "both" and not is_usable:
        return ours
    return _distinct([*ours, *stream])


def next_channel(
    named: Sequence[str], configured: Sequence[str], *, tried: Collection[str]
) -> str | None:
    """Return the first channel of the rule that can be used and was not tried, else any such channel.

    A channel that the rule does not name is better than that nobody hears of an alert.
    """
    candidates = [*(name for name in named if name in configured), *configured]
    return next((name for name in candidates if name not in tried), None)


def is_bundling(channel: str) -> bool:
    """Tell whether one message of the channel may speak for several alerts."""
    known = registry.CHANNELS.get(channel)
    return known is not None and known.bundles


def _by_channels(to: Sequence[Recipient]) -> list[Due]:
    return _distinct([due for recipient in to for due in by_channel(recipient)])


def by_channel(recipient: Recipient) -> list[Due]:
    """Return what is owed to tell a recipient by their channel, or why that cannot be."""
    problem = registry.why_unusable(recipient.channel)
    if problem:
        return [Due(recipient.channel, recipient.address, Status.SUPPRESSED, problem)]
    if recipient.address:
        return [Due(recipient.channel, recipient.address)]
    return [
        Due(recipient.channel, each) for each in registry.CHANNELS[recipient.channel].recipients()
    ]


def _with_substitute(dues: list[Due]) -> list[Due]:
    if not dues or any(due.waits for due in dues):
        return dues
    substitute = next_channel([], registry.for_people(), tried={due.channel for due in dues})
    return dues if substitute is None else [*dues, *by_channel(Recipient(substitute))]


def _distinct(dues: Sequence[Due]) -> list[Due]:
    """Return the dues without repeats of a channel and recipient, in their order."""
    return list({(due.channel, due.recipient): due for due in reversed(dues)}.values())[::-1]
