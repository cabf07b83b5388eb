"""Plays the schedule of faults on the running services."""

import asyncio
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from config.demo.faults import Fault
from config.demo.services import AddressTakenError, DemoService, Fleet
from config.demo.states import ServiceState

RETRY_SECONDS = 5.0

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault of the schedule with the instants of this run."""

    fault: Fault
    begins_at: datetime
    ends_at: datetime


class FaultInjector:
    """Lets one fault after the other begin and end; what a person sets by hand wins."""

    def __init__(self, fleet: Fleet, faults: Iterator[Fault]) -> None:
        self.planned: PlannedFault | None = None
        """The fault that is under way, or else the next one."""
        self._fleet = fleet
        self._faults = faults

    async def run(self) -> None:
        """Play the schedule until it ends or this is cancelled."""
        started, started_at = monotonic(), datetime.now(UTC)
        for fault in self._faults:
            self.planned = PlannedFault(fault, started_at + fault.begins, started_at + fault.ends)
            await _sleep_until(started, fault.begins)
            service = self._fleet.services[fault.service]
            if await self._begin(service, fault):
                await _sleep_until(started, fault.ends)
                await self._end(service, fault)
        self.planned = None

    async def _begin(self, service: DemoService, fault: Fault) -> bool:
        fields = {"service": fault.service, "state": fault.state.value}
        if service.state is not ServiceState.HEALTHY:
            logger.info("fault skipped, the service is not healthy", extra=fields)
            return False
        seconds = round(fault.lasts.total_seconds())
        logger.info("fault begins", extra={**fields, "seconds": seconds})
        await service.enter(fault.state)
        return True

    async def _end(self, service: DemoService, fault: Fault) -> None:
        fields = {"service": fault.service, "state": fault.state.value}
        while service.state is fault.state:
            try:
                await service.enter(ServiceState.HEALTHY)
            except AddressTakenError as error:
                logger.warning("fault cannot end", extra={**fields, "reason": str(error)})
                await asyncio.sleep(RETRY_SECONDS)
        logger.info("fault is over", extra=fields)


async def _sleep_until(started: float, offset: timedelta) -> None:
    await asyncio.sleep(max(0.0, started + offset.total_seconds() - monotonic()))
