"""Servers that do what no server should, for every kind of probe; and what each has sent before it was left."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Iterable

from tests.monitoring.raw_peer import Script

_LONGEST_TEST_SECONDS = 30.0
_PIECE = 65_536


def drip(head: bytes = b"", byte: bytes = b" ") -> Script:
    """Send a byte now and then, for as long as the client listens; clients that speak first are let speak."""

    def play(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(head)
        while not over.wait(0.05):
            connection.sendall(byte)

    return play


def say_nothing(connection: socket.socket, over: threading.Event) -> None:
    """Take the connection and be silent."""
    over.wait(_LONGEST_TEST_SECONDS)


def leave(connection: socket.socket, over: threading.Event) -> None:
    """Close at once."""


def reset(connection: socket.socket, over: threading.Event) -> None:
    """Break the connection off."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


class Flood:
    """Sends a head and then one piece over and over; counts what the client's machine has taken."""

    def __init__(self, head: bytes, piece: bytes, *, waits: bool = True) -> None:
        self.sent = 0
        self._head = head
        self._pieces = itertools.repeat(piece * (_PIECE // len(piece)))
        self._waits = waits

    def __call__(self, connection: socket.socket, over: threading.Event) -> None:
        """Play the server's part."""
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _PIECE)
        if self._waits:
            connection.recv(_PIECE)
        connection.sendall(self._head)
        for piece in self._pieces:
            if over.is_set():
                return
            connection.sendall(piece)
            self.sent += len(piece)


def conversation(*replies: bytes | Callable[[bytes], bytes], first: bytes = b"") -> Script:
    """Answer each thing that the client says with the next reply, then wait to be left."""

    def play(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(first)
        for said, reply in _said(connection, replies):
            connection.sendall(reply(said) if callable(reply) else reply)
        with contextlib.suppress(OSError):
            connection.recv(_PIECE)

    return play


def _said(
    connection: socket.socket, replies: Iterable[bytes | Callable[[bytes], bytes]]
) -> Iterable[tuple[bytes, bytes | Callable[[bytes], bytes]]]:
    for reply in replies:
        said = connection.recv(_PIECE)
        if not said:
            return
        yield said, reply
