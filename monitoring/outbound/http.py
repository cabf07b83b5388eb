"""One HTTP request to one vetted address: no redirects, no proxies, a deadline and a cap on the answer."""

import http.client
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from monitoring.outbound.deadline import Deadline
from monitoring.outbound.errors import NoAnswerError, UnreachableError
from monitoring.outbound.sockets import connect, secure
from monitoring.outbound.targets import Target, parse_target, resolve

MAX_BODY_BYTES = 1_048_576
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_complete: bool
    """False if the body was longer than the cap, or broke off, or came too slowly."""


def request(
    method: str,
    url: str,
    *,
    deadline: Deadline,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    max_body_bytes: int = MAX_BODY_BYTES,
    allowed_hosts: Collection[str] = (),
) -> Answer:
    """Send one request and return the answer, of whatever status; redirects are not followed.

    Raises ForbiddenTargetError, UnreachableError (nothing was sent) or NoAnswerError (it may have
    arrived). After the headers of the answer nothing is raised any more: a body that breaks off is
    told by `is_complete`. The deadline holds from the connection on; the time that the system's
    resolver takes for a name has limits of its own.
    """
    target = parse_target(url, allowed_hosts=allowed_hosts)
    connection = _connect(target, deadline)
    try:
        response = _exchange(connection, method, target, body, headers or {})
        content, is_complete = _read(response, max_body_bytes)
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, content, is_complete)
    finally:
        connection.close()


def _connect(target: Target, deadline: Deadline) -> http.client.HTTPConnection:
    """Return a connection whose socket is open already, so that http.client resolves nothing."""
    endpoints = resolve(target)
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0
    try:
        plain = connect(endpoints, deadline)
        connection.sock = plain
        if target.is_tls:
            connection.sock = secure(plain, target.host, deadline)
    except OSError as error:
        connection.close()
        raise UnreachableError(f"no connection to {target.host}: {error}") from error
    return connection


def _exchange(
    connection: http.client.HTTPConnection,
    method: str,
    target: Target,
    body: bytes | None,
    headers: Mapping[str, str],
) -> http.client.HTTPResponse:
    fields = {"Host": target.host_header, "Connection": "close", **headers}
    try:
        connection.request(method, target.path, body=body, headers=fields)
        return connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        reason = str(error) or type(error).__name__
        raise NoAnswerError(f"no answer from {target.host}: {reason}") from error


def _read(response: http.client.HTTPResponse, max_body_bytes: int) -> tuple[bytes, bool]:
    content = bytearray()
    try:
        while len(content) <= max_body_bytes:
            chunk = response.read1(min(_CHUNK, max_body_bytes + 1 - len(content)))
            if not chunk:  # `length` is what Content-Length promised and did not come
                return bytes(content), not response.length
            content += chunk
    except (OSError, http.client.HTTPException):
        return bytes(content[:max_body_bytes]), False
    return bytes(content[:max_body_bytes]), False
