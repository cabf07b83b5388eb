"""A value that is dear to make and good for a moment, such as an exposition or a public page."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Hands out a value until it is older than `keep`; thread-safe.

    Of several who come at once the first makes it and the others wait for it: together they would take longer, and
    the database would do the work several times.
    """

    def __init__(self, make: Callable[[datetime], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._held: tuple[datetime, T] | None = None

    def get(self, *, at: datetime, keep: timedelta) -> T:
        """Return a value of `at` or of up to `keep` earlier. Raises what making it raises."""
        with self._lock:
            held = self._held
            if held is None or not timedelta(0) <= at - held[0] < keep:
                held = self._held = (at, self._make(at))
            return held[1]

    def last(self) -> tuple[datetime, T] | None:
        """Return the newest value and its instant, however old: for those who have nothing better to show."""
        return self._held

    def clear(self) -> None:
        """Forget the value."""
        with self._lock:
            self._held = None
