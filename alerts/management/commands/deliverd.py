"""Sends what is owed without any broker: `manage.py deliverd`."""

import logging
import signal
from argparse import ArgumentParser
from threading import Event
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone

from alerts.delivery import close_recovered, deliver, due_ids, review_held
from alerts.services import escalation

logger = logging.getLogger(__name__)

_BATCH = 100


class Command(BaseCommand):
    """The loops of the sweeps as a process of its own; it may run beside workers and other copies."""

    help = "Escalate and send owed notifications until stopped, with no broker and no worker."

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._stop = Event()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --once."""
        parser.add_argument("--once", action="store_true", help="do what is due now, then leave")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Send, wait, send; SIGTERM and Ctrl-C end it after the message that is being sent."""
        if options["once"]:
            self._look_around()
            self.stdout.write(f"{self._send_due()} sent or settled")
            return
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._end)
        while not self._stop.is_set():
            if not self._one_pass():
                self._stop.wait(settings.NOTIFICATION_SWEEP_INTERVAL.total_seconds())

    def _end(self, _sign: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _one_pass(self) -> int:
        """Return how many messages changed; a database that is away counts as none."""
        close_old_connections()
        try:
            self._look_around()
            return self._send_due()
        except (OperationalError, InterfaceError) as error:
            logger.warning("database away", extra={"reason": str(error)})
            connection.close()
            return 0

    def _look_around(self) -> None:
        """Find what else has become due: steps of chains, messages that nothing hides any more."""
        escalation.sweep(timezone.now())
        review_held(_BATCH, at=timezone.now())
        close_recovered(at=timezone.now())

    def _send_due(self) -> int:
        changed = 0
        for notification_id in due_ids(limit=_BATCH):
            if self._stop.is_set():
                break
            changed += deliver(notification_id, at=timezone.now()) is not None
        return changed
