"""Decoded segments that this process has read lately. A segment never changes, so neither does an entry."""

import threading
from collections import OrderedDict

from django.conf import settings

from monitoring.storage.codec import Columns

# What an entry costs beside its arrays' contents: five array objects, two dataclasses, its place in the map.
_OVERHEAD_BYTES = 900


class SegmentCache:
    """A map from segment id to samples, bounded in bytes; what was not read for longest goes first.

    Keyed by id alone: ids come from a sequence that never restarts.
    """

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity_bytes = capacity_bytes
        self._held: OrderedDict[int, Columns] = OrderedDict()
        self._lock = threading.Lock()
        self.held_bytes = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, segment_id: int) -> Columns | None:
        """Return the samples of a segment if they are here."""
        with self._lock:
            columns = self._held.get(segment_id)
            if columns is not None:
                self._held.move_to_end(segment_id)
            return columns

    def put(self, segment_id: int, columns: Columns) -> None:
        """Keep the samples of a segment, unless they alone would fill the cache."""
        size = _size(columns)
        if size > self._capacity_bytes:
            return
        with self._lock:
            if segment_id in self._held:
                return
            self._held[segment_id] = columns
            self.held_bytes += size
            while self.held_bytes > self._capacity_bytes:
                _, oldest = self._held.popitem(last=False)
                self.held_bytes -= _size(oldest)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()
            self.held_bytes = 0


def _size(columns: Columns) -> int:
    return columns.nbytes + _OVERHEAD_BYTES


CACHE = SegmentCache(settings.SEGMENT_CACHE_BYTES)
