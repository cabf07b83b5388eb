"""What every channel is: a name, what it still lacks, whom it reaches, and one way to send."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from alerts.messages import Message
from monitoring.outbound import Deadline


@dataclass(frozen=True, slots=True)
class Receipt:
    """Proof that the other side took the message."""

    reference: str
    """How to find it there again, such as a Message-ID."""
    reply: str
    """What the other side said, such as `250 OK`."""


@dataclass(frozen=True, slots=True)
class Rendering:
    """What a channel would send, for a person to look at before anything is sent."""

    parts: Mapping[str, Any]
    """By name, such as `subject`, `text`, `html`, `body`; JSON values."""
    problems: Sequence[str] = ()
    """What did not work and was replaced, such as a template that fell back to plain text."""


class DeliveryError(Exception):
    """The message was not taken, or nobody knows; the text names the reason and no secret.

    `permanent`: the same message will never be taken. `retry_after_seconds`: the other side named
    a time. `in_doubt`: it was handed over and no answer came, so that it may have been taken.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool = False,
        retry_after_seconds: float | None = None,
        in_doubt: bool = False,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retry_after_seconds = retry_after_seconds
        self.in_doubt = in_doubt


class Channel(Protocol):
    """One way to reach people; a module of this package offers one as `CHANNEL`."""

    @property
    def name(self) -> str:
        """The word that rules use."""

    @property
    def bundles(self) -> bool:
        """Tell whether one message may speak for several alerts: for people yes, for machines no."""

    @property
    def follows(self) -> bool:
        """Tell whether it wants to know of acknowledgements too, such as a chat that edits its message."""

    def missing(self) -> Sequence[str]:
        """Return the settings without which nothing can be sent; none means configured."""

    def recipients(self) -> Sequence[str]:
        """Return whom a message goes to; each is told by a message of its own."""

    def render(self, message: Message) -> Rendering:
        """Return what `send` would send. Does no input or output, and a broken template does not make it fail."""

    def send(self, message: Message, deadline: Deadline) -> Receipt:
        """Send one message to `message.recipient`. Raises DeliveryError.

        Called again after a failure with the same `dedup_key`; the whole exchange, with all its
        waits, ends by the deadline.
        """
