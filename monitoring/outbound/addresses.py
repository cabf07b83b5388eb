"""Which IP addresses a request may go to; pure."""

from collections.abc import Iterable, Iterator
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

# Credentials of the machine itself are handed out here: refused even for hosts that are allowed by name.
_METADATA: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(text)
    for text in (
        "169.254.0.0/16",  # all of link-local: AWS, Azure, Google, OpenStack, ECS tasks
        "fe80::/10",
        "fd00:ec2::/32",  # AWS over IPv6
        "fd20:ce::/32",  # Google over IPv6
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle
        "168.63.129.16/32",  # Azure's wire server, a public address
    )
)
# Of special use, though Python 3.11 takes them for public.
_SPECIAL: tuple[IPv4Network | IPv6Network, ...] = tuple(
    ip_network(text)
    for text in (
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # relays of 6to4
        "fec0::/10",  # site-local
        "3fff::/20",  # documentation
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
# Prefixes whose last 32 bits are an IPv4 address: IPv4-compatible, IPv4-translated, NAT64.
_EMBEDDED_LAST = tuple(
    IPv6Network(text) for text in ("::/96", "::ffff:0:0:0/96", str(_NAT64), "64:ff9b:1::/48")
)
_ISATAP = (0x0000_5EFE, 0x0200_5EFE)  # interface identifiers that carry an IPv4 address


def parse_address(text: str) -> IPv4Address | IPv6Address:
    """Return the address in the form that the resolver gives it; a zone (`%eth0`) is dropped."""
    return ip_address(text.partition("%")[0])


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether the address, and every IPv4 address inside it, is one of the public internet."""
    if is_metadata(address):
        return False
    return all(_is_public_itself(each) for each in _reached_by(address))


def is_metadata(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether the address, or an IPv4 address inside it, hands out credentials of the machine."""
    return any(_is_in(_METADATA, each) for each in (address, *_embedded(address)))


def is_unicast(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether one machine can be meant: not multicast, not 0.0.0.0, not reserved."""
    return all(
        not (each.is_multicast or each.is_unspecified or each == IPv4Address("255.255.255.255"))
        for each in _reached_by(address)
    )


def _is_public_itself(address: IPv4Address | IPv6Address) -> bool:
    if address.is_multicast or address.is_reserved or _is_in(_SPECIAL, address):
        return False
    return address.is_global


def _is_in(
    networks: Iterable[IPv4Network | IPv6Network], address: IPv4Address | IPv6Address
) -> bool:
    return any(address in each for each in networks if each.version == address.version)


def _reached_by(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    """Return all addresses that must be innocent for `address` to be.

    `::ffff:1.2.3.4` and `64:ff9b::1.2.3.4` are but ways to write 1.2.3.4, the latter in a network
    that has IPv6 only; the other forms must be public themselves as well.
    """
    embedded = list(_embedded(address))
    if isinstance(address, IPv6Address) and (address.ipv4_mapped or address in _NAT64):
        return list(embedded)
    return [address, *embedded]


def _embedded(address: IPv4Address | IPv6Address) -> Iterator[IPv4Address]:
    """Yield the IPv4 addresses that gateways would take out of an IPv6 address."""
    if isinstance(address, IPv4Address):
        return
    if address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    if address.sixtofour is not None:
        yield address.sixtofour
    if address.teredo is not None:
        yield from address.teredo
    number = int(address)
    carries_last = any(address in network for network in _EMBEDDED_LAST)
    # `::` and `::1` are addresses of their own.
    if number > 1 and (carries_last or (number >> 32) & 0xFFFF_FFFF in _ISATAP):
        yield IPv4Address(number & 0xFFFF_FFFF)
