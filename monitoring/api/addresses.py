"""Where a request really comes from: the peer's address, and a forwarded one only if a trusted proxy says so."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest | Request) -> Address | None:
    """Return the client's address, or None if there is no peer address (a Unix socket).

    Behind trusted proxies it is the nearest address in X-Forwarded-For that is not itself one of them: whatever
    stands further left was written by the client and proves nothing.
    """
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    if peer is None or not _is_in(peer, settings.TRUSTED_PROXIES):
        return peer
    for hop in reversed(_forwarded(request)):
        address = _parsed(hop)
        if address is None:
            return peer
        if not _is_in(address, settings.TRUSTED_PROXIES):
            return address
        peer = address
    return peer


def vouched_address(request: HttpRequest | Request) -> Address | None:
    """Return the client's address if privileges may rest on it.

    A forwarding header from a proxy that nobody declared means that the peer is that proxy, not the client: its
    address, often a private one, would let in everybody.
    """
    peer = _parsed(request.META.get("REMOTE_ADDR", ""))
    if peer is not None and not _is_in(peer, settings.TRUSTED_PROXIES) and _is_forwarded(request):
        return None
    return client_address(request)


def scrapes_from_inside(request: HttpRequest | Request) -> bool:
    """Say whether the request comes from an address that may scrape without a token."""
    address = vouched_address(request)
    return address is not None and _is_in(address, settings.TRUSTED_SCRAPE_CIDRS)


def is_exempt_from_limits(request: HttpRequest | Request) -> bool:
    """Say whether the address is on the rate limits' allow list."""
    address = vouched_address(request)
    return address is not None and _is_in(address, settings.RATE_LIMIT_ALLOW_LIST)


def network_key(address: Address | None) -> str:
    """Return what limits count by: an IPv4 address, or the /64 that one IPv6 subscriber has."""
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address) if address is not None else "unknown"


def _forwarded(request: HttpRequest | Request) -> list[str]:
    return [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")][-32:]


def _is_forwarded(request: HttpRequest | Request) -> bool:
    return any(
        name in request.META
        for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
    )


def _parsed(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _is_in(address: Address, networks: Sequence[str]) -> bool:
    return any(address in network for network in _networks(tuple(networks)))


@lru_cache(maxsize=32)
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)
