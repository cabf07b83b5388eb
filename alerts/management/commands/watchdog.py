"""Watches over alerting from outside: `manage.py watchdog`."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from alerts.watch.dog import Watchdog
from alerts.watch.spool import Spool
from monitoring.pulse import beat


class Command(BaseCommand):
    """A small process that needs neither broker nor workers, and PostgreSQL only to watch it."""

    help = (
        "Tell people directly when PostgreSQL is away, audit what is owed, and send what no worker sends, "
        "until stopped."
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._stop = Event()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare --once."""
        parser.add_argument("--once", action="store_true", help="one look, then leave")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, wait, look; SIGTERM and Ctrl-C end it."""
        dog = Watchdog(Spool(Path(settings.DATA_DIR) / "watchdog"))
        if options["once"]:
            dog.look(at=timezone.now())
            return
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, self._end)
        while not self._stop.is_set():
            close_old_connections()
            dog.look(at=timezone.now())
            beat()
            self._stop.wait(settings.WATCHDOG_INTERVAL.total_seconds())

    def _end(self, _sign: int, _frame: FrameType | None) -> None:
        self._stop.set()
