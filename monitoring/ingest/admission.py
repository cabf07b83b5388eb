"""How much one process takes in at a time: what is beyond is refused before it is parsed.

Every push holds a thread, its body and, parsed, several times its body. Without a bound a slow database
would let them pile up until the process is out of threads, or of memory.
"""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from monitoring.errors import OverloadedError

# Clients that were refused together must not come back together.
_RETRY_AFTER_SECONDS = (1, 5)


class Admission:
    """Counts the pushes that are being taken in, and the bytes of their bodies."""

    def __init__(self, *, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._held: list[int] = []
        self._lock = threading.Lock()

    @contextmanager
    def admitted(self, size: int) -> Iterator[None]:
        """Hold a place for a body of `size` bytes; its parsing and storing belong in the block.

        A body that is larger than all that may be held is let in alone. Raises OverloadedError.
        """
        with self._lock:
            if self._held and not self._has_room(size):
                raise OverloadedError(
                    "this process takes in as much as it can",
                    retry_after_seconds=random.randint(*_RETRY_AFTER_SECONDS),  # noqa: S311 - spread
                )
            self._held.append(size)
        try:
            yield
        finally:
            with self._lock:
                self._held.remove(size)

    def in_flight(self, up_to: int) -> int:
        """Return how many pushes of at most `up_to` bytes are being taken in."""
        with self._lock:
            return sum(size <= up_to for size in self._held)

    def _has_room(self, size: int) -> bool:
        return len(self._held) < self._most and sum(self._held) + size <= self._most_bytes


def announced_size(content_length: str | None) -> int:
    """Return the size of a body as its header names it; what says nothing counts as the largest."""
    text = content_length or ""
    return int(text) if text.isdecimal() else settings.MAX_BULK_BODY_BYTES


ADMISSION = Admission(
    most=settings.INGEST_MAX_IN_FLIGHT, most_bytes=settings.INGEST_MAX_IN_FLIGHT_BYTES
)
