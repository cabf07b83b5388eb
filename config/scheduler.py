"""Celery beat, of which any number may run: the one that holds a lease in PostgreSQL ticks.

Two beats without it would send every task twice. The lease is an advisory lock on a connection of
its own: it ends with the process, however that ends, and another beat takes over. It also survives
a clock that is set back, which silences a plain beat until the clock has caught up.
"""

import logging
import time
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from monitoring.pulse import beat

logger = logging.getLogger(__name__)

# Any number, as long as nothing else in this database locks it.
LEASE = 0x7469636B  # "tick"
STANDBY_SECONDS = 1.0
CLOCK_TOLERANCE_SECONDS = 2.0
# Both ends learn within some 20 seconds that the other one's machine or network is gone.
_CLIENT_KEEPALIVE = {
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
_SERVER_KEEPALIVE = (
    " -c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)


class Lease:
    """A PostgreSQL advisory lock, held for as long as its connection lives."""

    def __init__(self, key: int = LEASE) -> None:
        self._key = key
        self._connection: BaseDatabaseWrapper | None = None

    def hold(self) -> bool:
        """Take the lease, or check that it is still ours; False while another has it.

        Raises OperationalError or InterfaceError if PostgreSQL is away: the lease is lost then.
        """
        try:
            if self._connection is not None:
                with self._connection.cursor() as cursor:
                    cursor.execute("SELECT 1")  # the lock lives as long as the connection
                return True
            return self._take()
        except (OperationalError, InterfaceError):
            self.release()
            raise

    def release(self) -> None:
        """Let another one have it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DatabaseError, InterfaceError):
                connection.close()

    def _take(self) -> bool:
        connection = _own_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [self._key])
            (taken,) = cursor.fetchone()
        if taken:
            self._connection = connection
        else:
            connection.close()
        return bool(taken)


class SteadyEntry(ModelEntry):  # type: ignore[misc] # the package has no types
    """A schedule entry that survives a clock set back: it never ran in the future."""

    last_run_at: datetime

    def is_due(self) -> Any:
        """Say whether the entry is due, and when to ask again."""
        now = self._default_now()
        if self.last_run_at > now:
            self.last_run_at = self.model.last_run_at = now
        return super().is_due()


class LeasedScheduler(DatabaseScheduler):  # type: ignore[misc] # the package has no types
    """The database scheduler, ticking only while it holds the lease."""

    Entry = SteadyEntry

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lease = Lease()
        self._leads: bool | None = None
        self._clock_offset = time.time() - time.monotonic()
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Leave the rows as they are: `load_defaults` made them, and people may have changed them."""

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due and return the seconds until the next look; only wait as a standby."""
        beat()
        try:
            if self._holds_lease():
                self._notice_clock_set_back()
                return float(super().tick(*args, **kwargs))
        except (OperationalError, InterfaceError) as error:
            logger.warning("schedule not read", extra={"error": str(error).strip()})
        return STANDBY_SECONDS

    def close(self) -> None:
        """Write what has run, then make room for another beat."""
        if self._leads:
            super().close()
        self._lease.release()

    def _holds_lease(self) -> bool:
        leads = self._lease.hold()
        if leads != self._leads:
            self._leads = leads
            logger.info("beat leads" if leads else "beat stands by: another one leads")
            self._forget_schedule()
        return leads

    def _notice_clock_set_back(self) -> None:
        """Plan anew when the clock was set back: what was planned lies too far in the future now."""
        offset = time.time() - time.monotonic()
        if offset < self._clock_offset - CLOCK_TOLERANCE_SECONDS:
            back = self._clock_offset - offset
            logger.warning("clock set back, schedule planned anew", extra={"seconds": back})
            self._heap = None
        self._clock_offset = offset

    def _forget_schedule(self) -> None:
        """Read the rows anew: while standing by, another beat moved them on."""
        self._dirty.clear()
        self._initial_read = True
        self._heap = None


def _own_connection() -> BaseDatabaseWrapper:
    """Return a connection outside of the pool and of Django's care: nobody else may close it."""
    connection = connections["default"].copy()
    connection.settings_dict["CONN_MAX_AGE"] = None
    options = connection.settings_dict["OPTIONS"]
    options.pop("pool", None)
    options.update(_CLIENT_KEEPALIVE, options=options.get("options", "") + _SERVER_KEEPALIVE)
    return connection
