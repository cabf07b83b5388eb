"""From the text of a URL to the addresses that a request to it may use."""

import socket
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from monitoring.outbound.addresses import is_metadata, is_public, is_unicast, parse_address
from monitoring.outbound.errors import ForbiddenTargetError, UnreachableError

USUAL_PORTS = {"http": 80, "https": 443}
# Behind other ports sit mail servers, databases and the like, which an HTTP request can be made to hurt.
PUBLIC_PORTS = frozenset({80, 443, 8080, 8443})
_LONGEST_URL = 2_048


class Endpoint(NamedTuple):
    """One address of a host, as `socket.connect` takes it."""

    family: int
    address: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart; `path` includes the query."""

    scheme: str
    host: str
    port: int
    path: str
    is_named: bool
    """The operator allowed this host by name: private addresses and any port are meant."""

    @property
    def is_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.scheme == "https"

    @property
    def host_header(self) -> str:
        """The value of the Host header, with the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == USUAL_PORTS[self.scheme] else f"{host}:{self.port}"


def parse_target(url: str, *, allowed_hosts: Collection[str] = ()) -> Target:
    """Return the parts of a URL that a request may go to, as far as its text can tell.

    Raises ForbiddenTargetError for another scheme than http and https, a user name or password, a
    port that is not usual for the web, and for text that two parsers could read in two ways.
    """
    _refuse_odd_text(url)
    parts = _split(url)
    if parts.scheme not in USUAL_PORTS:
        raise ForbiddenTargetError("only http and https are allowed")
    if "@" in parts.netloc:
        raise ForbiddenTargetError("a user name or password in a URL is not allowed")
    host = _host_of(parts)
    port = _port_of(parts)
    is_named = host in {name.lower() for name in allowed_hosts}
    if port not in PUBLIC_PORTS and not is_named:
        raise ForbiddenTargetError(f"port {port} is not allowed for a host that is not named")
    query = f"?{parts.query}" if parts.query else ""
    return Target(parts.scheme, host, port, (parts.path or "/") + query, is_named)


def resolve(target: Target) -> list[Endpoint]:
    """Ask for the addresses of the host, once, and return those that a request may go to.

    Connect to one of them and never to the name: the name may mean another address a moment later.
    Raises ForbiddenTargetError if none is allowed, UnreachableError if the name has no address.
    """
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreachableError(f"{target.host} has no address: {error}") from None
    endpoints = [Endpoint(family, address) for family, _, _, _, address in found]
    allowed = [each for each in endpoints if _may_reach(each, target)]
    if not allowed:
        raise ForbiddenTargetError(f"{target.host} means an address that is not public")
    return allowed


def _may_reach(endpoint: Endpoint, target: Target) -> bool:
    address = parse_address(str(endpoint.address[0]))
    if target.is_named:
        return is_unicast(address) and not is_metadata(address)
    return is_public(address)


def _refuse_odd_text(url: str) -> None:
    """Refuse what parsers differ on: blanks, control characters, backslashes, endless text."""
    if len(url) > _LONGEST_URL:
        raise ForbiddenTargetError(f"a URL has at most {_LONGEST_URL} characters")
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in ' \\<>"{}|^`'):
        raise ForbiddenTargetError("a URL has only the printable ASCII characters of RFC 3986")


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise ForbiddenTargetError(f"not a URL: {error}") from None


def _host_of(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host or "%" in host:
        raise ForbiddenTargetError("the URL names no host")
    return host


def _port_of(parts: SplitResult) -> int:
    try:
        port = parts.port
    except ValueError:
        raise ForbiddenTargetError("the port is not a number from 1 to 65535") from None
    if port == 0:
        raise ForbiddenTargetError("the port is not a number from 1 to 65535")
    return port or USUAL_PORTS[parts.scheme]
