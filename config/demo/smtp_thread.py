"""An SMTP server on an event loop and a thread of its own, handing each mail to one function."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_MAIL_BYTES = 1_048_576

Deliver = Callable[[Envelope], Awaitable[str]]
"""Takes a mail whose data has arrived, and returns the SMTP reply, such as `250 OK`."""


class _Hooks:
    """What aiosmtpd calls; it finds the method by its name."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        del server, session
        return await self._deliver(envelope)


class SmtpThread:
    """Owns the listening socket, so that any free port can be asked for and is known at once.

    aiosmtpd's own controller can do neither, and at its end waits for clients that are hung.
    """

    def __init__(self, deliver: Deliver) -> None:
        self.port = 0
        self._hooks = _Hooks(deliver)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()

    def start(self, host: str, port: int) -> int:
        """Listen and return the port; raises OSError in the caller's thread if it is taken."""
        if self._thread is not None:
            raise RuntimeError("the SMTP server already runs")
        listener = socket.create_server((host, port))
        self.port = int(listener.getsockname()[1])
        ready = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listener, ready)), name="smtp", daemon=True
        )
        self._thread.start()
        ready.wait()
        return self.port

    def stop(self) -> None:
        """Close the port and every connection; no harm if it does not run."""
        if self._thread is None or self._loop is None:
            return
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join()
        self._thread = None

    async def _serve(self, listener: socket.socket, ready: threading.Event) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(self._connection, sock=listener)
        ready.set()
        await self._ended.wait()
        # The connections close as well: the runner of this loop cancels their tasks.
        server.close()

    def _connection(self) -> SMTP:
        return SMTP(
            self._hooks,
            data_size_limit=LARGEST_MAIL_BYTES,
            enable_SMTPUTF8=True,
            # Named here, or aiosmtpd asks the DNS for each connection.
            hostname="demo-mailbox",
            ident="demo mailbox",
            loop=self._loop,
        )
