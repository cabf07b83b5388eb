"""Sockets that end what comes in: the last guard, below every protocol and library."""

import socket
from typing import Any

MAX_READ_BYTES = 1_048_576
# Headers and the framing of TLS and HTTP come on top of a body that may itself be as large as the limit.
_OVERHEAD_BYTES = 131_072
# No more at a time, so that a reader notices by itself that its limit is passed.
_PIECE = 65_536
_KERNEL_BUFFER = 131_072


class TooMuchError(OSError):
    """The other side has sent more than a probe reads."""


class CappedSocket(socket.socket):
    """A socket that breaks the connection once too much has come: no library has such a limit for everything."""

    def __init__(self, family: int, kind: int = socket.SOCK_STREAM, protocol: int = 0) -> None:
        super().__init__(family, kind, protocol)
        self.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _KERNEL_BUFFER)
        self._left = MAX_READ_BYTES + _OVERHEAD_BYTES

    def recv(self, size: int, flags: int = 0, /) -> bytes:
        """Receive, or raise TooMuchError."""
        data = super().recv(min(size, _PIECE), flags)
        self._spend(len(data))
        return data

    def recv_into(self, buffer: Any, size: int = 0, flags: int = 0, /) -> int:
        """Receive, or raise TooMuchError."""
        count = super().recv_into(buffer, min(size or len(buffer), _PIECE), flags)
        self._spend(count)
        return count

    def _spend(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise TooMuchError(f"answer larger than {MAX_READ_BYTES} bytes")
