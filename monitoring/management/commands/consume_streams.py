"""manage.py consume_streams: reads the streams that the apps have handlers for, until SIGTERM."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from monitoring.backends.factory import kafka
from monitoring.exposition import instruments, query_timing
from monitoring.registry import offered
from monitoring.streams.batch import Handler
from monitoring.streams.consumer import StreamReader


class Command(BaseCommand):
    help = "Read metrics and events from Kafka and store them, until SIGTERM or Ctrl-C."

    def handle(self, *args: Any, **options: Any) -> None:
        """Stop after the batch at hand: its offsets are committed, nothing is read twice."""
        stopping = threading.Event()
        for sign in (signal.SIGTERM, signal.SIGINT):
            signal.signal(sign, lambda *_: stopping.set())
        query_timing.install()
        handlers: dict[str, Handler] = {}
        for module in offered("consumers"):
            handlers |= module.CONSUMERS
        self.stdout.write(f"reading {', '.join(sorted(handlers))}")
        group = settings.KAFKA_METRICS_GROUP
        StreamReader(kafka(), handlers, group=group, now=timezone.now).run(stopping)
        instruments.stop()
        self.stdout.write("stopped")
