"""How many probes are under way at once; one that waits for a silent service gives its place to the next."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

_T = TypeVar("_T")

# So many at most are in their first moments, when they cost CPU: more would only slow each other down, and the
# times that they measure would be ours and not those of the services.
STARTING = 16
STARTING_SECONDS = 0.1


class Gate:
    """Two limits: on what is open, and on what has just begun.

    A quick answer needs a few milliseconds and leaves both. A probe that still waits after STARTING_SECONDS costs a
    socket and nothing else: it keeps its place among the open ones alone.
    """

    def __init__(self, concurrency: int) -> None:
        self._open = asyncio.Semaphore(concurrency)
        self._starting = asyncio.Semaphore(min(concurrency, STARTING))

    async def run(self, work: Callable[[], Awaitable[_T]]) -> _T:
        """Wait for a place, do the work, return what it returns."""
        async with self._open:
            await self._starting.acquire()
            place = _Place(self._starting)
            try:
                return await work()
            finally:
                place.leave()


class _Place:
    """A place among those that begin, left once: at the end of the work or when its time is over."""

    def __init__(self, semaphore: asyncio.Semaphore) -> None:
        self._semaphore = semaphore
        self._is_held = True
        self._timer = asyncio.get_running_loop().call_later(STARTING_SECONDS, self.leave)

    def leave(self) -> None:
        """Give the place to the next."""
        self._timer.cancel()
        if self._is_held:
            self._is_held = False
            self._semaphore.release()
