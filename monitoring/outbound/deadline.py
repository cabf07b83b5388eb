"""One deadline for a whole exchange, which a peer cannot stretch by sending a byte at a time."""

import time


class Deadline:
    """An instant of the monotonic clock by which an exchange must be over."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def remaining(self) -> float:
        """Return the seconds left, always more than zero. Raises TimeoutError when none are left."""
        seconds = self._at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the deadline has passed")
        return seconds
