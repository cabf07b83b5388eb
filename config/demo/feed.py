"""Fills the outbox: every few seconds one batch for each service that runs."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from time import monotonic

from config.demo.outbox import Outbox, pack
from config.demo.services import Fleet
from config.demo.simulation import Simulation

LONGEST_SPAN = timedelta(minutes=1)
"""A machine that slept does not sell a night's tickets in the second it wakes up."""

logger = logging.getLogger(__name__)


class Feed:
    """Turns the simulation, the states of the services and the clock into batches."""

    def __init__(
        self, simulation: Simulation, fleet: Fleet, outbox: Outbox, interval_seconds: float
    ) -> None:
        self._simulation = simulation
        self._fleet = fleet
        self._outbox = outbox
        self._interval = timedelta(seconds=interval_seconds)

    async def run(self) -> None:
        """Offer batches, at once and then every interval, until cancelled."""
        span, last, longest = self._interval, monotonic(), max(LONGEST_SPAN, self._interval)
        while True:
            self.offer_batches(at=datetime.now(UTC), span=span)
            await asyncio.sleep(self._interval.total_seconds())
            now = monotonic()
            span, last = min(timedelta(seconds=now - last), longest), now

    def offer_batches(self, *, at: datetime, span: timedelta) -> None:
        """Put the batches of the interval that ends `at` into the outbox."""
        dropped = self._outbox.dropped
        batches = self._simulation.batches(at, span, self._fleet.states())
        for service_name, samples in batches.items():
            self._outbox.offer(pack(service_name, samples, at))
        if dropped == 0 and self._outbox.dropped:
            fields = {"limit": self._outbox.limit}
            logger.warning("outbox full, the oldest batches are dropped", extra=fields)
