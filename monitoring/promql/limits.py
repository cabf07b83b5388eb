"""What one query may cost: samples held, and time."""

from collections.abc import Callable

from monitoring.promql.errors import QueryTimeoutError, TooManySamplesError


class Budget:
    """Counts the samples and result cells of one query, and asks whether its time is over.

    `is_late` says so; it is asked between the parts of the work.
    """

    def __init__(self, *, max_samples: int, is_late: Callable[[], bool]) -> None:
        self._left = max_samples
        self._is_late = is_late

    def take(self, samples: int) -> None:
        """Count so many samples. Raises TooManySamplesError, or QueryTimeoutError."""
        self._left -= samples
        if self._left < 0:
            raise TooManySamplesError
        self.checkpoint()

    def checkpoint(self) -> None:
        """Raise QueryTimeoutError if the query's time is over."""
        if self._is_late():
            raise QueryTimeoutError
