"""Whether an engine answers a real question; a running process alone proves nothing."""

import socket
import struct
from contextlib import closing

import psycopg

from config.embedded.errors import EmbeddedError
from config.embedded.ports import LOOPBACK

_TIMEOUT_SECONDS = 2.0
_WRONG_PASSWORD = "password authentication failed"  # noqa: S105 - a message of the server
# Kafka protocol: Metadata request, version 0, for all topics.
_METADATA_KEY, _METADATA_VERSION, _CORRELATION = 3, 0, 1_907
_CLIENT = b"readiness"


def postgres_answers(port: int, user: str, password: str) -> bool:
    """Run SELECT 1. Raises EmbeddedError if the password is refused: waiting cannot help."""
    try:
        with closing(connect_postgres(port, user, password)) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError as error:
        if _WRONG_PASSWORD in str(error):
            raise EmbeddedError(
                "PostgreSQL refuses the stored password: secrets.json does not belong to this "
                "data directory. Bring the right file back, or remove the directory to start anew"
            ) from None
        return False


def connect_postgres(
    port: int, user: str, password: str, database: str = "postgres"
) -> psycopg.Connection:
    """Open a connection in autocommit mode; the caller closes it."""
    return psycopg.connect(
        host=LOOPBACK,
        port=port,
        user=user,
        password=password,
        dbname=database,
        connect_timeout=int(_TIMEOUT_SECONDS),
        autocommit=True,
    )


def valkey_answers(port: int, password: str) -> bool:
    """Authenticate and PING; False while the server still loads its file."""
    word = password.encode()
    request = b"*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n*1\r\n$4\r\nPING\r\n" % (len(word), word)
    expected = b"+OK\r\n+PONG\r\n"
    try:
        with socket.create_connection((LOOPBACK, port), _TIMEOUT_SECONDS) as peer:
            peer.sendall(request)
            return _read(peer, len(expected)) == expected
    except OSError:
        return False


def kafka_answers(port: int) -> bool:
    """Ask for the metadata of the cluster and check that the answer is to our question."""
    body = struct.pack(">hhih", _METADATA_KEY, _METADATA_VERSION, _CORRELATION, len(_CLIENT))
    body += _CLIENT + struct.pack(">i", 0)
    try:
        with socket.create_connection((LOOPBACK, port), _TIMEOUT_SECONDS) as peer:
            peer.sendall(struct.pack(">i", len(body)) + body)
            header = _read(peer, 12)
    except OSError:
        return False
    if len(header) < 12:
        return False
    _size, correlation, brokers = struct.unpack(">iii", header)
    return bool(correlation == _CORRELATION and brokers >= 1)


def _read(peer: socket.socket, size: int) -> bytes:
    """Return `size` bytes, fewer if the peer closes first."""
    received = b""
    while len(received) < size:
        chunk = peer.recv(size - len(received))
        if not chunk:
            break
        received += chunk
    return received
