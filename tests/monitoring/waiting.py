"""Waiting for something that another thread or process does."""

import time
from collections.abc import Callable

DEADLINE_SECONDS = 30.0


def until(condition: Callable[[], object], *, seconds: float = DEADLINE_SECONDS) -> bool:
    """Return True as soon as the condition holds, False if it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
