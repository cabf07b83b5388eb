"""What the status page said last: made at most once in STATUS_PAGE_CACHE, and still said while PostgreSQL is away."""

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar

from django.db import connection

from monitoring.errors import DatabaseUnavailableError, NotFoundError

logger = logging.getLogger(__name__)

T = TypeVar("T")
Start = Callable[[Callable[[], None]], None]
"""Runs what it is given, by itself or in a thread."""

_DEADLINE_SECONDS = 2.0
_MOST_KEPT = 128
_MOST_UNDER_WAY = 16


@dataclass(frozen=True, slots=True)
class Remembered(Generic[T]):
    """A value that may be out of date: `is_stale` says that it could not be made again."""

    value: T
    is_stale: bool = False


class _Entry:
    """One value, and the making of the next; whoever touches it holds the lock of the memory."""

    def __init__(self) -> None:
        self.value: Any = None
        self.is_known = False
        self.made_at = -math.inf
        self.has_failed = False
        self.missing: NotFoundError | None = None
        self.pending: threading.Event | None = None
        self.begun_at = -math.inf
        self.forgotten = 0

    @property
    def is_stale(self) -> bool:
        return self.has_failed or self.pending is not None


class Memory:
    """Keeps values by their key. Of many who ask at once one makes the value, in a thread, and all wait for it.

    They wait until two seconds after its begin at most: then, or if it failed, the last value is said with `is_stale`,
    and who comes later waits for nothing. What takes longer is not begun again before it ends, so that a database
    that hangs holds one thread for each key, and few for keys of which nothing is known.
    """

    def __init__(
        self, start: Start | None = None, *, wait_seconds: float = _DEADLINE_SECONDS
    ) -> None:
        self.start = start or _in_a_thread
        self._wait_seconds = wait_seconds
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._under_way = 0

    def get(self, key: Hashable, make: Callable[[], T], *, keep: timedelta) -> Remembered[T]:
        """Return what `make` returned up to `keep` ago, or now.

        Raises NotFoundError if that is what it raised, and DatabaseUnavailableError if nothing is known yet.
        """
        entry, making = self._entry(key, make, keep)
        if making is not None:
            making.wait(max(0.0, entry.begun_at + self._wait_seconds - time.monotonic()))
        with self._lock:
            if entry.missing is not None or not (entry.is_known or entry.pending):
                # Else who invents ids would push out what is asked for.
                self._entries.pop(key, None)
            if entry.missing is not None:
                raise entry.missing
            if not entry.is_known:
                raise DatabaseUnavailableError("nothing is known right now", retry_after_seconds=5)
            return Remembered(entry.value, is_stale=entry.is_stale)

    def forget(self) -> None:
        """Make everything anew at the next call; what is known stays in reserve."""
        with self._lock:
            for entry in self._entries.values():
                entry.made_at = -math.inf
                entry.forgotten += 1

    def clear(self) -> None:
        """Forget everything, also the reserve."""
        with self._lock:
            self._entries.clear()

    def _entry(
        self, key: Hashable, make: Callable[[], Any], keep: timedelta
    ) -> tuple[_Entry, threading.Event | None]:
        """Return the entry and, unless it is fresh, the event that its making ends with."""
        with self._lock:
            entry = self._entries.setdefault(key, _Entry())
            self._entries.move_to_end(key)
            self._make_room()
            if time.monotonic() - entry.made_at < keep.total_seconds():
                return entry, None
            if entry.pending is not None:
                return entry, entry.pending
            if not entry.is_known and self._under_way >= _MOST_UNDER_WAY:
                return entry, None
            making = entry.pending = threading.Event()
            entry.begun_at = time.monotonic()
            self._under_way += 1
            begun = entry.forgotten
        self.start(lambda: self._make(entry, make, begun))
        return entry, making

    def _make_room(self) -> None:
        """Drop what was asked for longest ago, and first that of which nothing is known."""
        *others, _ = self._entries
        while len(self._entries) > _MOST_KEPT:
            unknown = (key for key in others if not self._entries[key].is_known)
            del self._entries[next(unknown, others[0])]
            others = [key for key in others if key in self._entries]

    def _make(self, entry: _Entry, make: Callable[[], Any], begun: int) -> None:
        value, missing, has_failed = None, None, False
        try:
            value = make()
        except NotFoundError as error:
            missing = error
        except Exception:  # whatever it is, who asks is told what was known last
            has_failed = True
            logger.warning("status page not renewed", exc_info=True)
        with self._lock:
            self._under_way -= 1
            making, entry.pending = entry.pending, None
            entry.missing, entry.has_failed = missing, has_failed
            if missing is None and not has_failed:
                entry.value, entry.is_known = value, True
                # What was read before somebody changed it is told, but not kept.
                entry.made_at = time.monotonic() if begun == entry.forgotten else -math.inf
        if making is not None:
            making.set()


def _in_a_thread(work: Callable[[], None]) -> None:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    threading.Thread(target=run, name="status-page", daemon=True).start()


memory = Memory()
