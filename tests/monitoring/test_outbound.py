"""Where a request to the outside may go, and where it never goes."""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.outbound import (
    Deadline,
    ForbiddenTargetError,
    UnreachableError,
    parse_target,
    request,
    resolve,
)
from monitoring.outbound.addresses import is_metadata, is_public, parse_address
from tests.monitoring.forbidden_urls import FORBIDDEN_URLS
from tests.monitoring.raw_peer import RawPeer, answering


@pytest.mark.parametrize("url", FORBIDDEN_URLS)
def test_a_request_never_goes_where_it_may_not(url: str) -> None:
    with pytest.raises(ForbiddenTargetError):
        resolve(parse_target(url))


def test_the_corpus_is_as_large_as_it_is_meant_to_be() -> None:
    assert len(set(FORBIDDEN_URLS)) >= 60


@pytest.mark.parametrize(
    "url",
    [
        "http://8.8.8.8/",
        "https://1.1.1.1/",
        "http://8.8.8.8:8080/hook",
        "https://8.8.8.8:8443/hook",
        "http://[2606:4700:4700::1111]/",
        "http://[::ffff:8.8.8.8]/",
        "http://[64:ff9b::8.8.8.8]/",
    ],
)
def test_a_public_address_is_allowed(url: str) -> None:
    assert resolve(parse_target(url))


@pytest.mark.parametrize(
    "address",
    [
        "9.255.255.255",
        "11.0.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "192.169.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "169.253.255.255",
        "169.255.0.0",
        "223.255.255.255",
        "192.0.1.0",
        "168.63.129.15",
    ],
)
def test_the_neighbours_of_forbidden_ranges_are_public(address: str) -> None:
    assert is_public(parse_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_inside_an_ipv6_one_is_judged_as_itself(address: IPv4Address) -> None:
    as_text = str(address)

    for prefix in ("::ffff:", "64:ff9b::"):
        assert is_public(parse_address(prefix + as_text)) == is_public(address)
        assert is_metadata(parse_address(prefix + as_text)) == is_metadata(address)


@given(st.ip_addresses(v=4))
def test_a_tunnel_to_a_private_address_is_as_private(address: IPv4Address) -> None:
    tunnel = IPv6Address((0x2002 << 112) | (int(address) << 80) | 1)

    assert is_public(tunnel) <= is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.0.1", "[::1]", "[fd12::1]"])
def test_a_private_address_is_allowed_for_a_host_that_is_named(host: str) -> None:
    target = parse_target(f"http://{host}:9000/", allowed_hosts=[host.strip("[]").upper()])

    assert len(resolve(target)) == 1


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "fd00:ec2::254",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "255.255.255.255",
        "ff02::1",
    ],
)
def test_a_named_host_reaches_no_credentials_and_no_crowd(host: str) -> None:
    written = f"[{host}]" if ":" in host else host

    with pytest.raises(ForbiddenTargetError):
        resolve(parse_target(f"http://{written}/", allowed_hosts=[host]))


def test_a_named_host_allows_no_other_scheme_and_no_password() -> None:
    for url in ("ftp://hooks.internal/", "http://root@hooks.internal/"):
        with pytest.raises(ForbiddenTargetError):
            parse_target(url, allowed_hosts=["hooks.internal"])


def test_a_name_is_named_as_a_whole() -> None:
    target = parse_target("http://evil-hooks.internal/", allowed_hosts=["hooks.internal"])

    assert not target.is_named


def test_link_local_metadata_is_told_from_its_neighbour() -> None:
    assert is_metadata(parse_address("169.254.0.1"))
    assert not is_metadata(parse_address("169.255.0.1"))


@pytest.mark.parametrize(
    ("url", "host_header", "path"),
    [
        ("http://8.8.8.8", "8.8.8.8", "/"),
        ("http://8.8.8.8:80/a?b=c#d", "8.8.8.8", "/a?b=c"),
        ("https://8.8.8.8:443/", "8.8.8.8", "/"),
        ("https://8.8.8.8:8443/", "8.8.8.8:8443", "/"),
        ("http://8.8.8.8:443/", "8.8.8.8:443", "/"),
        ("http://[2606:4700:4700::1111]:8080/", "[2606:4700:4700::1111]:8080", "/"),
        ("HTTP://Example.COM/", "example.com", "/"),
    ],
)
def test_the_host_header_names_the_port_only_where_it_is_not_the_usual_one(
    url: str, host_header: str, path: str
) -> None:
    target = parse_target(url)

    assert (target.host_header, target.path) == (host_header, path)


class Resolver:
    """Stands in for the DNS: answers one list of addresses after the other."""

    def __init__(self, *answers: Sequence[tuple[str, int]]) -> None:
        self.asked = 0
        self._answers = answers

    def __call__(self, host: str, port: int, **options: Any) -> list[tuple[Any, ...]]:
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, number))
            for address, number in answer
        ]


def test_a_name_that_means_a_private_address_is_forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", Resolver([("10.0.0.7", 80)]))

    with pytest.raises(ForbiddenTargetError):
        resolve(parse_target("http://innocent.example/"))


def test_of_several_addresses_only_the_public_ones_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = [("10.0.0.7", 80), ("8.8.8.8", 80), ("127.0.0.1", 80)]
    monkeypatch.setattr(socket, "getaddrinfo", Resolver(answer))

    found = resolve(parse_target("http://both.example/"))

    assert [endpoint.address for endpoint in found] == [("8.8.8.8", 80)]


def test_a_name_without_an_address_is_unreachable_and_not_forbidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*args: Any, **options: Any) -> None:
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    with pytest.raises(UnreachableError):
        resolve(parse_target("http://gone.example/"))


def test_a_name_that_changes_its_meaning_is_asked_once_and_connected_as_first_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with RawPeer(answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) as peer:
        elsewhere = [("127.0.0.1", 1)]
        resolver = Resolver([("127.0.0.1", peer.port)], elsewhere)
        monkeypatch.setattr(socket, "getaddrinfo", resolver)

        answer = request(
            "GET",
            f"http://rebinding.example:{peer.port}/",
            deadline=Deadline(5),
            allowed_hosts=["rebinding.example"],
        )

    assert (answer.status, resolver.asked, peer.connections) == (200, 1, 1)


def test_a_name_that_turns_private_after_the_check_is_not_followed_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connected: list[Any] = []

    def note(connection: socket.socket, address: Any) -> None:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", Resolver([("8.8.8.8", 80)], [("127.0.0.1", 80)]))
    monkeypatch.setattr(socket.socket, "connect", note)

    with pytest.raises(UnreachableError):
        request("GET", "http://rebinding.example/", deadline=Deadline(5))

    assert connected == [("8.8.8.8", 80)]
