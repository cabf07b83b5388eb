"""Which addresses a probe may go to: the public internet, the networks that the operator names, never metadata."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address

from health.probes.errors import ForbiddenAddressError
from health.probes.names import addresses_of
from health.probes.target import Network
from monitoring.outbound.addresses import is_metadata, is_public, is_unicast, parse_address

Address = IPv4Address | IPv6Address


def is_allowed(address: Address, networks: Iterable[Network]) -> bool:
    """Tell whether a probe may connect to the address.

    Metadata services of clouds are refused whatever the networks say, and so is what means no single machine. An IPv4
    address written as IPv6 (`::ffff:10.0.0.1`) is judged as the IPv4 address it is.
    """
    if is_metadata(address) or not is_unicast(address):
        return False
    if is_public(address):
        return True
    plain = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    meant = plain or address
    return any(meant in network for network in networks if network.version == meant.version)


async def resolve(host: str, networks: Iterable[Network]) -> list[str]:
    """Return the addresses of a host that a probe may connect to, as text.

    Connect to one of them and never to the name: a moment later the name may mean another address. Raises
    UnknownNameError if there are none, ForbiddenAddressError if none is allowed.
    """
    found = [host] if _is_literal(host) else await addresses_of(host)
    networks = tuple(networks)
    allowed = [text for text in found if is_allowed(parse_address(text), networks)]
    if not allowed:
        raise ForbiddenAddressError
    return allowed


def _is_literal(host: str) -> bool:
    try:
        parse_address(host)
    except ValueError:
        return False
    return True
