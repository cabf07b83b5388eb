"""A TCP server that says exactly what a test tells it to, byte by byte, and remembers what it was sent."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Script = Callable[[socket.socket, threading.Event], None]
"""Plays the server's part on one connection; the event says that the test is over."""

_LONGEST_TEST_SECONDS = 30.0


class RawPeer:
    """Listens on a free port of 127.0.0.1; every connection is handed to the script in a thread."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self.connections = 0
        self._script = script
        self._tls = tls
        self._over = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(5)
        for thread in self._threads:
            thread.join(5)

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._play, args=(connection,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _play(self, connection: socket.socket) -> None:
        connection.settimeout(_LONGEST_TEST_SECONDS)
        with suppress(OSError):  # the client gave up, which most scripts are written for
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                self._script(connection, self._over)


def read_request(connection: socket.socket) -> tuple[bytes, bytes]:
    """Return head and body of one HTTP request with a Content-Length."""
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65_536)
        if not chunk:
            return received, b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    length = int(fields.get(b"content-length", b"0"))
    while len(body) < length:
        body += connection.recv(65_536)
    return head, body


def answering(*parts: bytes, every_seconds: float = 0.0) -> Script:
    """Return a script that reads a request and writes the parts, then closes."""

    def play(connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        for part in parts:
            if over.wait(every_seconds):
                return
            connection.sendall(part)

    return play


def silent(connection: socket.socket, over: threading.Event) -> None:
    """Take the connection and say nothing until the test is over."""
    over.wait(_LONGEST_TEST_SECONDS)
