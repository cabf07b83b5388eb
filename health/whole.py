"""The health of this service as a whole: watched services, stores, memory; remembered for a moment."""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from health.selectors import ServiceReport, service_reports
from health.status import Level, Link, overall
from monitoring.backends.stores import StoreState, store_states

REQUIRED = "postgresql"
REMEMBERED_SECONDS = 3.0
STALE_SECONDS = 12.0
_T = TypeVar("_T")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Whole:
    """Everything that the health routes answer from."""

    at: datetime
    level: Level
    services: tuple[ServiceReport, ...]
    stores: tuple[StoreState, ...]


class Remembered(Generic[_T]):
    """A value that is made at most once in `seconds`, however many ask for it at the same time.

    Without it every anonymous GET of /health would ask every store. For `stale_seconds` more an old value is still
    given while a thread makes the next one: a store that hangs must not make those wait who ask how it is.
    """

    def __init__(
        self, make: Callable[[], _T], *, seconds: float, stale_seconds: float = 0.0
    ) -> None:
        self._make = make
        self._seconds = seconds
        self._stale_seconds = stale_seconds
        self._making = threading.Lock()
        self._value: tuple[float, _T] | None = None

    def get(self) -> _T:
        """Return the remembered value, or make it."""
        held = self._value
        age = math.inf if held is None else time.monotonic() - held[0]
        if held is not None and age < self._seconds:
            return held[1]
        if held is not None and age < self._seconds + self._stale_seconds:
            self._renew_behind()
            return held[1]
        with self._making:
            if self._value is held:  # nobody else made it meanwhile
                self._remember()
            assert self._value is not None  # noqa: S101 - it was just made
            return self._value[1]

    def forget(self) -> None:
        """Make the value anew at the next call."""
        with self._making:
            self._value = None

    def _remember(self) -> None:
        value = self._make()
        self._value = (time.monotonic(), value)

    def _renew_behind(self) -> None:
        if self._making.acquire(blocking=False):
            threading.Thread(target=self._renew, name="health", daemon=True).start()

    def _renew(self) -> None:
        try:
            self._remember()
        except Exception:  # the next one who asks meets the same
            logger.exception("health not renewed")
        finally:
            self._making.release()
            connection.close()


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


whole = Remembered(measure, seconds=REMEMBERED_SECONDS, stale_seconds=STALE_SECONDS)
