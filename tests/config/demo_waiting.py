"""Waiting for what another task or process does, without guessing how long it takes."""

import asyncio
from collections.abc import Callable
from time import monotonic


async def until(condition: Callable[[], bool]) -> None:
    """Return once the condition holds; fail the test if it does not within ten seconds."""
    deadline = monotonic() + 10
    while not condition():
        assert monotonic() < deadline, "the condition never came true"
        await asyncio.sleep(0.005)
