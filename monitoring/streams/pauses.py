"""How long to leave a partition alone whose messages cannot be handled now."""

from collections.abc import Callable

from monitoring.backends.kafka_messages import Partition

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0


class Pauses:
    """Pauses that double with each failure in a row. `clock` gives seconds that only grow."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        first_seconds: float = FIRST_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self._clock = clock
        self._first = first_seconds
        self._longest = longest_seconds
        self._failures: dict[Partition, int] = {}
        self._until: dict[Partition, float] = {}

    def length(self, failures: int) -> float:
        """Return the seconds to wait after that many failures in a row."""
        return min(self._longest, self._first * 2.0 ** min(failures, 30))

    def begin(self, partition: Partition) -> float:
        """Begin a pause after a failure; return its length in seconds."""
        failures = self._failures.get(partition, 0)
        self._failures[partition] = failures + 1
        seconds = self.length(failures)
        self._until[partition] = self._clock() + seconds
        return seconds

    def over(self) -> list[Partition]:
        """Return, once, what has been paused long enough."""
        now = self._clock()
        done = [partition for partition, until in self._until.items() if until <= now]
        for partition in done:
            del self._until[partition]
        return done

    def end(self, partition: Partition) -> None:
        """Forget the failures after a success."""
        self._failures.pop(partition, None)
        self._until.pop(partition, None)
