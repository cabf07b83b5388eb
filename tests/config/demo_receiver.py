"""A monitoring service that answers pushes as a test tells it to, and notes what it stored."""

import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Receiver:
    """Answers with `script` first, then with 200; only a 200 stores a batch."""

    script: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)
    stored: list[Any] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    """The headers of every request, stored or not."""
    refuses_in_a_batch: int = 0
    """Samples of each stored batch that the answer says were refused."""
    port: int = 0
    _runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen, on the same port as before if it was started before."""
        application = web.Application()
        application.add_routes([web.post("/api/v1/monitoring/metrics", self._receive)])
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _receive(self, request: web.Request) -> web.Response:
        self.headers.append(dict(request.headers))
        status, headers = self.script.popleft() if self.script else (200, {})
        samples = json.loads(await request.text())
        if status == 200:
            self.stored.append(samples)
        answer = {
            "success": status == 200 and not self.refuses_in_a_batch,
            "stored": len(samples) - self.refuses_in_a_batch,
        }
        return web.json_response(answer, status=status, headers=headers)
