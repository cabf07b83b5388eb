"""The health of this service as a whole: watched services, stores, memory; remembered for a moment."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone

from health.selectors import ServiceReport, service_reports
from health.status import Level, Link, overall
from monitoring.backends.stores import StoreState, store_states

REQUIRED = "postgresql"
REMEMBERED_SECONDS = 3.0
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that the health routes answer from."""

    at: datetime
    level: Level
    services: tuple[ServiceReport, ...]
    stores: tuple[StoreState, ...]


class Remembered(Generic[_T]):
    """A value that is made at most once in `seconds`, however many ask for it at the same time.

    Without it every anonymous GET of /health would ask every store.
    """

    def __init__(self, make: Callable[[], _T], *, seconds: float) -> None:
        self._make = make
        self._seconds = seconds
        self._lock = threading.Lock()
        self._value: tuple[float, _T] | None = None

    def get(self) -> _T:
        """Return the remembered value, or make it."""
        with self._lock:
            if self._value is None or time.monotonic() - self._value[0] >= self._seconds:
                value = self._make()
                self._value = (time.monotonic(), value)
            return self._value[1]

    def forget(self) -> None:
        """Make the value anew at the next call."""
        with self._lock:
            self._value = None


def measure() -> Whole:
    """Ask the stores, read the last probes and add it up; answers also while PostgreSQL is away."""
    at = timezone.now()
    stores = tuple(store_states())
    try:
        services = tuple(service_reports(at=at))
    except DatabaseError:
        services = ()
    required = [Link(store.link) for store in stores if store.name == REQUIRED]
    optional = [Link(store.link) for store in stores if store.name != REQUIRED]
    level = overall(
        [report.level for report in services], required, optional, strict=settings.HEALTH_STRICT
    )
    return Whole(at, level, services, stores)


whole = Remembered(measure, seconds=REMEMBERED_SECONDS)
