"""The eight demo services: each its own web site, whose state can be changed while it runs."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from time import monotonic

import numpy as np
from aiohttp import web

from config.demo.catalogue import SERVICES, ServiceProfile
from config.demo.options import Address
from config.demo.states import ServiceState, behaviour

VERSION = "1.0.0"
GRACE_SECONDS = 0.1
"""How long a closing site waits for answers under way; a slow one is cut off, as in a crash."""

logger = logging.getLogger(__name__)


class AddressTakenError(OSError):
    """A service cannot listen on its address; the message names the variable to change."""


class DemoService:
    """One service that answers /health as its state says; down, it does not listen at all."""

    def __init__(self, profile: ServiceProfile, address: Address, seed: int) -> None:
        self.profile = profile
        self.address = address
        self.state = ServiceState.DOWN
        self.since = datetime.now(UTC)
        self.requests = 0
        self._rng = np.random.default_rng(seed)
        self._runner: web.AppRunner | None = None
        self._started = monotonic()
        self._changing = asyncio.Lock()

    @property
    def url(self) -> str:
        """The base URL that probes are sent to."""
        host = f"[{self.address.host}]" if ":" in self.address.host else self.address.host
        return f"http://{host}:{self.address.port}"

    async def change_state(self, state: ServiceState, *, by: str) -> None:
        """Put the running service in a state; `by` says who wanted it, for the log.

        Raises AddressTakenError, and stays down, if it should listen again and its port is gone.
        """
        was = self.state
        await self.enter(state)
        if self.state is not was:
            fields = {"service": self.profile.name, "state": state.value, "by": by}
            logger.info("service state changed", extra=fields)

    async def enter(self, state: ServiceState) -> None:
        """Put the service in a state without a word; raises AddressTakenError."""
        async with self._changing:
            if behaviour(state).is_listening:
                await self._listen()
            else:
                await self._close()
            if state != self.state:
                self.state, self.since = state, datetime.now(UTC)

    async def _listen(self) -> None:
        if self._runner is not None:
            return
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=GRACE_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.address.host, self.address.port).start()
        except OSError as error:
            await runner.cleanup()
            raise AddressTakenError(
                f"{self.profile.name} cannot listen on {self.url} ({error.strerror or error}): "
                f"free the port or set {self.profile.variable}"
            ) from error
        # A port that the system chose is kept, or the service would come back somewhere else.
        self.address = Address(self.address.host, int(runner.addresses[0][1]))
        self._runner, self._started = runner, monotonic()

    async def _close(self) -> None:
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application()
        application.add_routes([web.get("/", self._home), web.get("/health", self._health)])
        return application

    async def _home(self, _: web.Request) -> web.Response:
        return web.json_response({"service": self.profile.name, "version": VERSION})

    async def _health(self, _: web.Request) -> web.Response:
        started = monotonic()
        self.requests += 1
        shown = behaviour(self.state)
        delay_ms = self._rng.uniform(2.0, 20.0) + self._rng.uniform(*shown.added_latency_ms)
        await asyncio.sleep(delay_ms / 1_000)
        body = {
            "status": shown.body_status,
            "version": VERSION,
            "uptime": int(monotonic() - self._started),
        }
        took_ms = round((monotonic() - started) * 1_000, 1)
        headers = {"x-response-time": str(took_ms)}
        return web.json_response(body, status=shown.http_status, headers=headers)


class Fleet:
    """All services of the platform, by name."""

    def __init__(self, addresses: Mapping[str, Address], seed: int) -> None:
        self.services = {
            profile.name: DemoService(profile, addresses[profile.name], seed + index)
            for index, profile in enumerate(SERVICES)
        }

    def find(self, name: str) -> DemoService | None:
        """Return a service by its name, or by the short one that the health routes use."""
        return self.services.get(name) or self.services.get(f"{name}-service")

    def states(self) -> dict[str, ServiceState]:
        """Return the state that each service is in now."""
        return {name: service.state for name, service in self.services.items()}

    async def start(self) -> None:
        """Start every service healthy; raises AddressTakenError for the first that cannot."""
        for service in self.services.values():
            await service.enter(ServiceState.HEALTHY)

    async def stop(self) -> None:
        """Close every service at once."""
        services = self.services.values()
        await asyncio.gather(*(service.enter(ServiceState.DOWN) for service in services))
