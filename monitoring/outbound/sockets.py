"""Sockets that keep one deadline over all their waits, in clear and under TLS."""

import socket
import ssl
from collections.abc import Iterable
from typing import Any

from monitoring.outbound.deadline import Deadline
from monitoring.outbound.targets import Endpoint


class _TimedWaits(socket.socket):
    """Before each wait, gives the socket the rest of the deadline as its timeout.

    A socket's own timeout starts anew with each call, so that a peer which sends a byte now and
    then can hold a caller for as long as it likes.
    """

    deadline: Deadline | None = None

    def recv_into(self, *args: Any, **options: Any) -> int:
        """Receive, or raise TimeoutError at the deadline."""
        self._limit()
        return super().recv_into(*args, **options)

    def send(self, *args: Any, **options: Any) -> int:
        """Send something, or raise TimeoutError at the deadline."""
        self._limit()
        return super().send(*args, **options)

    def sendall(self, *args: Any, **options: Any) -> None:
        """Send everything, or raise TimeoutError at the deadline."""
        self._limit()
        super().sendall(*args, **options)

    def _limit(self) -> None:
        if self.deadline is not None:
            self.settimeout(self.deadline.remaining())


class TimedSocket(_TimedWaits):
    """A plain TCP connection with a deadline."""


class _TimedTlsSocket(_TimedWaits, ssl.SSLSocket):
    """A TLS connection with a deadline."""


def connect(endpoints: Iterable[Endpoint], deadline: Deadline) -> TimedSocket:
    """Return a connection to the first endpoint that takes one.

    Raises OSError, the last refusal, if none does, and TimeoutError at the deadline.
    """
    refusal: OSError = OSError("no address to connect to")
    for endpoint in endpoints:
        connection = TimedSocket(endpoint.family, socket.SOCK_STREAM)
        connection.deadline = deadline
        try:
            connection.settimeout(deadline.remaining())
            connection.connect(endpoint.address)
        except OSError as error:
            connection.close()
            refusal = error
        else:
            return connection
    raise refusal


def open_connection(host: str, port: int, deadline: Deadline) -> TimedSocket:
    """Connect to a server that the settings name: any address of it will do.

    Raises OSError and TimeoutError as `connect` does. Never call this with what a user typed.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return connect([Endpoint(family, address) for family, _, _, _, address in found], deadline)


def tls_context() -> ssl.SSLContext:
    """Return a context that verifies names and certificates and whose sockets keep deadlines."""
    context = ssl.create_default_context()
    context.sslsocket_class = _TimedTlsSocket
    return context


def secure(connection: TimedSocket, host: str, deadline: Deadline) -> socket.socket:
    """Do the TLS handshake for `host` and return the encrypted connection.

    Raises ssl.SSLError, which is an OSError, and TimeoutError at the deadline.
    """
    connection.settimeout(deadline.remaining())
    secured = tls_context().wrap_socket(connection, server_hostname=host)
    keep_deadline(secured, deadline)
    return secured


def keep_deadline(connection: socket.socket | None, deadline: Deadline) -> None:
    """Give the deadline to a socket that came out of `tls_context()`."""
    if isinstance(connection, _TimedWaits):
        connection.deadline = deadline
