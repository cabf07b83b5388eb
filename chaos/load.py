"""The load: series that cross their threshold and come back, so that alerts fire and end without pause."""

import logging
import threading

from django.db import DatabaseError, InterfaceError, connection, connections
from django.utils import timezone

from alerts.models import AlertRule
from chaos.stage import EVALUATION_SECONDS
from monitoring.errors import DomainError
from monitoring.ingest.door import ingest
from monitoring.types import Origin, Sample

logger = logging.getLogger(__name__)

METRIC = "chaos_load"
THRESHOLD = 50.0
_RETRY_SECONDS = 0.2


def create_rule() -> None:
    """Watch the series of the load by one rule that tells the receiver, and switch all other rules off."""
    AlertRule.objects.update(enabled=False)
    AlertRule.objects.create(
        rule_name="chaos",
        metric_name=METRIC,
        threshold=THRESHOLD,
        severity="critical",
        flap_firings=0,
        notification_channels=["webhook"],
    )


class Load(threading.Thread):
    """Flips all series once for each evaluation; a database that is away is tried again until it is back."""

    def __init__(self, series: int) -> None:
        super().__init__(name="load", daemon=True)
        self._series = series
        self._stop_asked = threading.Event()
        self.flips = 0

    def stop(self) -> None:
        """Let every series recover, then end."""
        self._stop_asked.set()
        self.join()

    def run(self) -> None:
        """Flip, wait, flip."""
        while not self._stop_asked.is_set():
            self._store(high=self.flips % 2 == 0)
            self.flips += 1
            self._stop_asked.wait(EVALUATION_SECONDS)
        self._store(high=False)
        connections.close_all()

    def _store(self, *, high: bool) -> None:
        value = 90.0 if high else 10.0
        while True:
            at = timezone.now()
            samples = [
                Sample(METRIC, "payment-service", value, at, labels={"host": f"h{number}"})
                for number in range(self._series)
            ]
            try:
                ingest(samples, origin=Origin.COLLECTOR, at=at)
            except (DatabaseError, InterfaceError, DomainError) as error:
                logger.info("load waits", extra={"error": str(error)})
                connection.close()
                self._stop_asked.wait(_RETRY_SECONDS)
            else:
                return
