"""The thread that flushes the instruments, and tells how late its timer fires."""

import atexit
import threading
import time
from collections.abc import Callable


class Flusher:
    """Calls `flush` every interval in a daemon thread, and once more when the process ends.

    `late` is told how long after its time the timer fired, in seconds: a process that is short of
    CPU, or holds the interpreter for long, is late.
    """

    def __init__(
        self,
        flush: Callable[[], None],
        *,
        interval_seconds: float,
        late: Callable[[float], None],
    ) -> None:
        self._flush = flush
        self._interval_seconds = interval_seconds
        self._late = late
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="instruments", daemon=True)

    def start(self) -> None:
        """Begin flushing."""
        atexit.register(self.stop)
        self._thread.start()

    def stop(self, timeout_seconds: float = 5.0) -> None:
        """End the thread after a last flush; give up waiting for a store that hangs."""
        atexit.unregister(self.stop)
        self._ending.set()
        self._thread.join(timeout_seconds)

    def _run(self) -> None:
        ended = False
        while not ended:
            due = time.monotonic() + self._interval_seconds
            ended = self._ending.wait(self._interval_seconds)
            if not ended:
                self._late(max(0.0, time.monotonic() - due))
            self._flush()
