"""A real HTTP server that answers several paths as a test wants them, and others with 404."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from aiohttp import web

from tests.health.answering import serving

Paths = Mapping[str, Callable[[web.Request], web.Response]]


@contextmanager
def answering_paths(paths: Paths) -> Iterator[str]:
    """Serve the paths on a free port."""

    async def answer(request: web.Request) -> web.Response:
        found = paths.get(request.path)
        return web.Response(status=404) if found is None else found(request)

    with serving(answer, path="/{rest:.*}") as url:
        yield url
