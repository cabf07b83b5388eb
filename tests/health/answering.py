"""A real HTTP server on a free port that answers /health as a test wants it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@contextmanager
def serving(handler: Handler, *, path: str = "/health") -> Iterator[str]:
    """Serve the path with `handler` on a free port, in a thread with its own loop."""
    ready, stop, address = Event(), asyncio.Event(), []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        app = web.Application()
        app.router.add_get(path, handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        address.append(f"http://127.0.0.1:{runner.addresses[0][1]}")
        ready.set()
        await stop.wait()
        await runner.cleanup()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    thread = Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(5)
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
        loop.close()


async def healthy(request: web.Request) -> web.Response:
    """Answer as a service of the platform that is well."""
    return web.json_response({"status": "healthy", "version": "1.0.0", "uptime": 86_400})


async def failing(request: web.Request) -> web.Response:
    """Answer as a service that is broken."""
    return web.json_response({"status": "unhealthy"}, status=500)
