"""A sign of life by work done: a process that exists but does nothing any more does not give it."""

import os
import time
from pathlib import Path

VARIABLE = "PULSE_FILE"
_INTERVAL_SECONDS = 1.0
_last = 0.0


def beat() -> None:
    """Touch the file that the environment names, once a second at most; nothing without one."""
    global _last  # noqa: PLW0603 - one pulse for each process
    path = os.environ.get(VARIABLE)
    now = time.monotonic()
    if not path or now - _last < _INTERVAL_SECONDS:
        return
    _last = now
    Path(path).touch()
