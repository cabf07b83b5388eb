"""A map that never grows beyond a number of entries and bytes of keys. Pure."""

import sys
import threading
from collections.abc import Callable, Hashable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

# A longer key would push out hundreds of usual ones; its series is looked up each time.
LONGEST_KEY_BYTES = 16 * 1024


class BoundedMap(Generic[K, V]):
    """Remembers the newest entries; when it is full, a tenth goes, those that came first first.

    Without `key_bytes` only the entries are bounded. `get` takes no lock: the map is read for each
    sample, and written for each new series.
    """

    def __init__(self, capacity: int, key_bytes: int | None = None) -> None:
        self._entries: dict[K, V] = {}
        self._capacity = capacity
        self._key_bytes = key_bytes
        self._held_bytes = 0
        self._lock = threading.Lock()
        self.get: Callable[[K], V | None] = self._entries.get

    def __len__(self) -> int:
        return len(self._entries)

    def remember(self, found: Mapping[K, V]) -> None:
        """Add entries, and let the oldest go where there is no room."""
        with self._lock:
            for key, entry in found.items():
                self._add(key, entry)
            if self._exceeds(1.0):
                self._thin_out()

    def _add(self, key: K, entry: V) -> None:
        if key not in self._entries:
            size = self._size_of(key)
            if size > LONGEST_KEY_BYTES:
                return
            self._held_bytes += size
        self._entries[key] = entry

    def _thin_out(self) -> None:
        for key in list(self._entries):
            if not self._exceeds(0.9):
                break
            del self._entries[key]
            self._held_bytes -= self._size_of(key)

    def _exceeds(self, share: float) -> bool:
        too_heavy = self._key_bytes is not None and self._held_bytes > share * self._key_bytes
        return too_heavy or len(self._entries) > share * self._capacity

    def _size_of(self, key: K) -> int:
        return 0 if self._key_bytes is None else size_of(key)


def size_of(key: Hashable) -> int:
    """Return about how many bytes a key takes: text, bytes, or a tuple of such."""
    size = sys.getsizeof(key)
    if isinstance(key, tuple):
        size += sum(size_of(part) for part in key)
    return size
