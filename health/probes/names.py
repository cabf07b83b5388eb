"""From the name of a host to its addresses, without waiting for a name server that hangs."""

import asyncio
import socket
import threading
from concurrent.futures import Future

from health.probes.errors import ProbeError, UnknownNameError

# The system's resolver blocks a thread for as long as it likes. A thread for each name that is being looked up, and
# not a pool: names that hang must leave no other name waiting, and no process waiting for them at its end.
MAX_LOOKUPS = 256
_MOST_ADDRESSES = 4

_guard = threading.Lock()
_running: dict[str, "Future[list[str]]"] = {}


async def addresses_of(host: str) -> list[str]:
    """Return the addresses of a host as text, in the order in which they should be tried.

    A name that somebody asks for already is not asked for twice. Raises UnknownNameError, and ProbeError while too
    many look-ups hang.
    """
    return await asyncio.wrap_future(_lookup(host))


def _lookup(host: str) -> "Future[list[str]]":
    with _guard:
        found = _running.get(host)
        if found is not None:
            return found
        if len(_running) >= MAX_LOOKUPS:
            raise ProbeError("its name cannot be looked up: too many look-ups hang")
        future: Future[list[str]] = Future()
        # From here on nobody's cancellation ends it for the others who wait.
        future.set_running_or_notify_cancel()
        _running[host] = future
    thread = threading.Thread(
        target=_resolve, args=(host, future), name="probe-lookup", daemon=True
    )
    thread.start()
    return future


def _resolve(host: str, future: "Future[list[str]]") -> None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))[:_MOST_ADDRESSES]
    except (OSError, UnicodeError):
        addresses = []
    with _guard:
        del _running[host]
    if addresses:
        future.set_result(addresses)
    else:
        future.set_exception(UnknownNameError())
