"""The batches that wait to be pushed: oldest first, bounded, no drop uncounted."""

import asyncio
import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from config.demo.samples import Sample


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """One request body, as often as it is sent; the key lets the receiver see a repeat."""

    service_name: str
    body: bytes
    samples: int
    key: str = field(default_factory=lambda: uuid4().hex)


def pack(service_name: str, samples: Iterable[Sample], at: datetime) -> Batch:
    """Return the batch of one service's samples, all stamped with `at`.

    Raises ValueError for a value that JSON cannot carry (NaN, infinity).
    """
    documents = [sample.document(service_name, at) for sample in samples]
    body = json.dumps(documents, allow_nan=False, separators=(",", ":")).encode()
    return Batch(service_name, body, len(documents))


class Outbox:
    """A queue of batches for one reader; when it is full, the oldest batch gives way."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.dropped = 0
        """Batches that were dropped because the outbox was full."""
        self._batches: deque[Batch] = deque()
        self._has_batches = asyncio.Event()

    def __len__(self) -> int:
        return len(self._batches)

    def offer(self, batch: Batch) -> None:
        """Append a batch; drop and count the oldest if there are more than `limit`."""
        self._batches.append(batch)
        if len(self._batches) > self.limit:
            self._batches.popleft()
            self.dropped += 1
        self._has_batches.set()

    async def oldest(self) -> Batch:
        """Wait for a batch and return the oldest; it stays until `remove`."""
        await self._has_batches.wait()
        return self._batches[0]

    def remove(self, batch: Batch) -> None:
        """Take out a batch that is done with; no harm if it was dropped meanwhile."""
        if self._batches and self._batches[0] is batch:
            self._batches.popleft()
        if not self._batches:
            self._has_batches.clear()
