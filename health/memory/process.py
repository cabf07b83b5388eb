"""The one memory of this process: begins with the first who asks, and anew in a forked child."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from health.memory.asking import Asker
from health.memory.whole import DEADLINE_SECONDS, Rules, Sources, Whole, whole_of
from health.process import MemoryUse, memory_use
from health.selectors import ServiceReport, service_reports
from monitoring.backends.postgresql.own_connection import use_own_connection
from monitoring.backends.stores import REQUIRED, store_pings

# A probe that is missing for three periods says nothing about now, nor do reports that nobody could read for so long.
_LATE_PERIODS = 3


def _store(name: str, ping: Callable[[], None]) -> Asker[None]:
    return Asker(name, ping, prepare=use_own_connection if name == REQUIRED else None)


def _read_services() -> Sequence[ServiceReport]:
    return service_reports(at=timezone.now())


class Memory:
    """Asks stores, services and this process itself, each beside the others; answers at once from what they said.

    With `every` zero there are no threads: who wants to know asks in its own, as suites and scripts do.
    """

    def __init__(self, *, every: timedelta) -> None:
        self._every_seconds = every.total_seconds()
        self._stores = {name: _store(name, ping) for name, ping in store_pings().items()}
        self._services: Asker[Sequence[ServiceReport]] = Asker(
            "services", _read_services, prepare=use_own_connection
        )
        self._process: Asker[MemoryUse] = Asker("process", memory_use)

    def start(self) -> None:
        """Begin asking; what has been started ends with the process, or with `stop`."""
        for asker in self._askers() if self._every_seconds else ():
            asker.start(self._every_seconds)

    def stop(self) -> None:
        """Ask no further question."""
        for asker in self._askers():
            asker.stop()

    def whole(self, *, at: datetime) -> Whole:
        """Return what is known now.

        Only the very first answers wait, for DEADLINE_SECONDS at most: a source that is silent for so long is away.
        """
        if self._every_seconds:
            self._wait_for_first()
        else:
            self._ask_all()
        sources = Sources(
            {name: asker.known for name, asker in self._stores.items()},
            self._services.known,
            self._process.known,
        )
        rules = Rules(_LATE_PERIODS * settings.HEALTH_CHECK_INTERVAL, settings.HEALTH_STRICT)
        return whole_of(sources, rules, at=at, now=time.monotonic())

    def _wait_for_first(self) -> None:
        until = time.monotonic() + DEADLINE_SECONDS
        for asker in self._askers():
            asker.wait_for_first(until - time.monotonic())

    def _ask_all(self) -> None:
        for asker in self._askers():
            asker.ask_now()

    def _askers(self) -> list[Asker[Any]]:
        return [*self._stores.values(), self._services, self._process]


def whole() -> Whole:
    """Return the health of the whole as this process knows it; see Memory.whole."""
    return _started().whole(at=timezone.now())


def forget() -> None:
    """Begin anew at the next call, with the settings of then."""
    global _memory
    with _lock:
        held, _memory = _memory, None
    if held is not None:
        held.stop()


_lock = threading.Lock()
_memory: Memory | None = None


def _started() -> Memory:
    global _memory  # noqa: PLW0603 - as above
    held = _memory
    if held is not None:
        return held
    with _lock:
        if _memory is None:
            _memory = Memory(every=settings.HEALTH_MEMORY_INTERVAL)
            _memory.start()
        return _memory


def _begin_anew() -> None:
    """Drop, in a forked child, what belongs to the parent: its threads were not forked with it."""
    global _lock, _memory  # noqa: PLW0603 - as above
    _lock = threading.Lock()
    _memory = None


os.register_at_fork(after_in_child=_begin_anew)
