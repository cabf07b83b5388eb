"""The watchdog: tells that PostgreSQL is away, and does the work of workers that do none."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection

from alerts.delivery import deliver, due_ids
from alerts.models.notification import Kind
from alerts.watch import direct, guard, replay
from alerts.watch.audit import MISSED_PERIODS
from alerts.watch.outage import Outage
from alerts.watch.spool import Spool

logger = logging.getLogger(__name__)

# What the audit calls overdue, and at most so much of it in one pass.
_RESCUES = {"notifications"}
_BATCH = 50
AUDIT_EVERY = timedelta(minutes=1)

Ping = Callable[[], str]


def ping() -> str:
    """Ask PostgreSQL for anything; return why it does not answer, empty if it does.

    Over a fresh connection each time: an open one to a server that hangs would wait for ever, while the
    timeout for connecting also holds until the server has said its first words.
    """
    connection.close()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (OperationalError, InterfaceError) as error:
        connection.close()
        return " ".join(str(error).split())[:200] or type(error).__name__
    return ""


class Watchdog:
    """One pass each few seconds; remembers an outage on the disk, so that a restart tells nobody twice."""

    def __init__(self, spool: Spool, *, ask: Ping = ping) -> None:
        self._spool = spool
        self._ask = ask
        self._outage: Outage | None = spool.load()
        self._audited: datetime | None = None
        self._there_since: datetime | None = None

    def look(self, *, at: datetime) -> None:
        """Do one pass; what goes wrong in it is logged, and the next pass tries again."""
        reason = self._ask()
        try:
            if reason:
                self._while_away(reason, at)
            else:
                self._while_there(at)
        except (DatabaseError, InterfaceError) as error:
            logger.warning("watchdog's pass broken off", extra={"error": str(error).strip()})
            connection.close()
        except OSError as error:
            logger.exception("watchdog cannot remember", extra={"error": str(error)})

    def _while_away(self, reason: str, at: datetime) -> None:
        self._there_since = None
        outage = self._outage or Outage.beginning(at=at, reason=reason)
        for address in outage.to_tell(
            direct.addresses(), at=at, patience=settings.WATCHDOG_PATIENCE
        ):
            entry = direct.tell(outage, address, kind=Kind.FIRING, at=at)
            outage = outage.after_try(address, reached=bool(entry["reached"]), at=at)
            self._spool.add_try(entry)
            self._remember(outage)
            logger.error("database away, told directly", extra={"channel": address.channel})
        self._remember(outage)

    def _while_there(self, at: datetime) -> None:
        if self._outage is not None:
            self._end(self._outage, at)
        entries = self._spool.tries()
        if entries:
            rows = replay.replay(entries, at=at)
            self._spool.forget_tries()
            logger.info("watchdog's messages are in the ledger", extra={"rows": rows})
        if self._is_time_to_audit(at):
            self._audited = at
            overdue = {problem.check for problem in guard.look(at=at)}
            if overdue & _RESCUES:
                self._deliver(at)

    def _is_time_to_audit(self, at: datetime) -> bool:
        """Leave everybody the time to come back at first: after a start or an outage all duties are overdue."""
        self._there_since = self._there_since or at
        if at - self._there_since < MISSED_PERIODS * settings.ALERT_EVALUATION_INTERVAL:
            return False
        return self._audited is None or abs(at - self._audited) >= AUDIT_EVERY

    def _end(self, outage: Outage, at: datetime) -> None:
        """Tell those who were told that it is over, once each: what fails then is told by the alert's row."""
        for address in outage.reached():
            self._spool.add_try(direct.tell(outage, address, kind=Kind.RESOLVED, at=at))
        self._outage = None
        self._spool.save(None)

    def _remember(self, outage: Outage) -> None:
        self._outage = outage
        self._spool.save(outage)

    def _deliver(self, at: datetime) -> None:
        """Send what no worker sends: the broker, beat or the workers are gone."""
        sent = sum(deliver(each, at=at) is not None for each in due_ids(limit=_BATCH))
        logger.warning("watchdog sends what is overdue", extra={"messages": sent})
