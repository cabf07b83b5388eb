"""A circuit breaker for stores: after a failure nobody waits for that store again until a pause is over."""

from collections.abc import Callable
from threading import Lock
from time import monotonic


class Breaker:
    """Open for `pause_seconds` after each failure; then one caller tries again while the others still pass by."""

    def __init__(self, pause_seconds: float, *, clock: Callable[[], float] = monotonic) -> None:
        self._pause = pause_seconds
        self._clock = clock
        self._closed_from = 0.0
        self._failed = False
        self._lock = Lock()

    def may_try(self) -> bool:
        """Say whether this caller may use the store; the first after a pause may, and makes the others wait again."""
        if not self._failed:
            return True
        with self._lock:
            if self._clock() < self._closed_from:
                return False
            self._closed_from = self._clock() + self._pause
            return True

    def failed(self) -> None:
        """Note that the store did not answer."""
        with self._lock:
            self._failed = True
            self._closed_from = self._clock() + self._pause

    def succeeded(self) -> None:
        """Note that the store answers again."""
        self._failed = False
