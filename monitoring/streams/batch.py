"""What a handler of stream messages takes and gives back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from monitoring.backends.kafka_messages import Record


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages of one partition in their order, at least one, and the instant of handling them.

    A topic that was dropped and made again counts its offsets from zero and has another `topic_id`.
    """

    topic: str
    topic_id: str
    partition: int
    records: tuple[Record, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that will never be processed, with a reason from a short list and one sentence."""

    record: Record
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: everything before `next_offset` is done, but for the dead letters."""

    next_offset: int
    dead_letters: tuple[DeadLetter, ...] = ()


# Does the work of a batch, all of it or nothing. What it raises decides: a store that is away means "again
# later", anything else means that a message is at fault and is looked for one by one.
Handler = Callable[[Batch], Outcome]
