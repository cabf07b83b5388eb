"""The wish to stop, from a signal or from code."""

import os
import select
import signal
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class StopRequest:
    """Set once by SIGTERM, SIGINT or SIGHUP.

    The handlers are installed explicitly: a process started in the background
    of a non-interactive shell inherits an ignored SIGINT. The wish travels
    through a pipe: setting a threading.Event in a handler that interrupts
    `Event.wait` can block for ever on the event's own lock.
    """

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._asked = False

    def install(self) -> None:
        """Take over the three signals; only the main thread may do so."""
        for sign in _SIGNALS:
            signal.signal(sign, self._on_signal)

    def set(self) -> None:
        """Ask for the stop from code."""
        if not self._asked:
            self._asked = True
            os.write(self._writer, b"!")

    def is_set(self) -> bool:
        """Tell whether somebody asked."""
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Sleep until asked, at most `seconds`; True if asked."""
        if not self._asked:
            select.select([self._reader], [], [], seconds)
        return self._asked

    def __del__(self) -> None:
        """Give the pipe back."""
        os.close(self._reader)
        os.close(self._writer)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.set()
