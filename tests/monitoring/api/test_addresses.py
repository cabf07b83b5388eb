"""Where a request comes from, through honest proxies and past lying clients."""

from ipaddress import ip_address

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from monitoring.api.addresses import (
    client_address,
    is_exempt_from_limits,
    network_key,
    vouched_address,
)


def request(peer: str, **headers: str) -> HttpRequest:
    return RequestFactory().get("/", headers=headers, REMOTE_ADDR=peer)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "127.0.0.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        # The left of the list is what the client wrote itself.
        ("10.0.0.1", "127.0.0.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "127.0.0.1, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "evil, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        ("::ffff:10.0.0.1", "198.51.100.7", "198.51.100.7"),
    ],
)
def test_the_client_is_the_nearest_address_that_is_no_proxy_of_ours(
    settings: Settings, peer: str, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    assert client_address(request(peer, **headers)) == ip_address(expected)


def test_only_so_many_hops_are_looked_at(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    hops = ", ".join(["198.51.100.7", *["10.0.0.2"] * 40])

    assert client_address(request("10.0.0.1", **{"X-Forwarded-For": hops})) == ip_address(
        "10.0.0.2"
    )


@pytest.mark.parametrize("peer", ["", "unix:", "localhost", "1.2.3"])
def test_without_a_peer_address_there_is_no_client_address(peer: str) -> None:
    assert client_address(request(peer)) is None
    assert vouched_address(request(peer)) is None


@pytest.mark.parametrize(
    ("peer", "exempt"),
    [("127.0.0.1", True), ("::1", True), ("127.0.0.2", False), ("10.0.0.1", False)],
)
def test_the_allow_list_compares_the_peer(peer: str, *, exempt: bool) -> None:
    assert is_exempt_from_limits(request(peer)) is exempt


def test_a_local_proxy_does_not_exempt_the_whole_world(settings: Settings) -> None:
    forwarded = {"X-Forwarded-For": "198.51.100.7"}

    assert not is_exempt_from_limits(request("127.0.0.1", **forwarded))
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert not is_exempt_from_limits(request("127.0.0.1", **forwarded))
    assert is_exempt_from_limits(request("127.0.0.1", **{"X-Forwarded-For": "127.0.0.1"}))


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
    ],
)
def test_an_ipv6_subscriber_has_one_allowance_for_all_addresses(address: str, key: str) -> None:
    assert network_key(ip_address(address)) == key


def test_an_unknown_address_has_a_key_too() -> None:
    assert network_key(None) == "unknown"
