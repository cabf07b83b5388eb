"""Which addresses a probe may go to: a corpus of URLs, read, resolved and judged as a probe does it."""

import asyncio
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.probes.addresses import is_allowed, resolve
from health.probes.endpoint import endpoint_of
from health.probes.errors import ForbiddenAddressError, UnknownNameError
from health.probes.kinds import KINDS
from health.probes.target import Network
from tests.health.probes.asking import ask
from tests.health.probes.lookups import names

# What PROBE_NETWORKS says where nobody says otherwise.
INSIDE: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "fc00::/7",
        "::1/128",
    )
)
NAMES = {
    "public.example": ["93.184.216.34"],
    "metadata.google.internal": ["169.254.169.254"],
    "rebound.example": ["169.254.169.254", "127.0.0.1"],
    "inside.example": ["10.1.2.3"],
    "mixed.example": ["10.1.2.3", "93.184.216.34"],
    "six.example": ["fd00:ec2::254"],
    "nowhere.example": [],
}
ODD, NEVER, INSIDE_ONLY, ALWAYS = "odd", "never", "inside only", "always"

CORPUS = [
    # Metadata of clouds, however it is written and whatever is allowed.
    ("http://169.254.169.254/latest/meta-data", NEVER),
    ("http://169.254.170.2/v2/credentials", NEVER),
    ("http://169.254.0.1/", NEVER),
    ("http://169.254.255.255/", NEVER),
    ("http://2852039166/", NEVER),
    ("http://0xa9fea9fe/", NEVER),
    ("http://0251.0376.0251.0376/", NEVER),
    ("http://169.254.43518/", NEVER),
    ("http://[::ffff:169.254.169.254]/", NEVER),
    ("http://[::ffff:a9fe:a9fe]/", NEVER),
    ("http://[::169.254.169.254]/", NEVER),
    ("http://[64:ff9b::169.254.169.254]/", NEVER),
    ("http://[64:ff9b:1::169.254.169.254]/", NEVER),
    ("http://[2002:a9fe:a9fe::1]/", NEVER),
    ("http://[fe80::1]/", NEVER),
    ("http://[fd00:ec2::254]/", NEVER),
    ("http://[fd20:ce::254]/", NEVER),
    ("http://100.100.100.200/latest", NEVER),
    ("http://192.0.0.192/opc/v2", NEVER),
    ("http://168.63.129.16/machine", NEVER),
    ("http://metadata.google.internal/computeMetadata/v1", NEVER),
    ("http://six.example/", NEVER),
    # No single machine.
    ("http://0.0.0.0/", NEVER),
    ("http://0/", NEVER),
    ("http://[::]/", NEVER),
    ("http://255.255.255.255/", NEVER),
    ("http://224.0.0.1/", NEVER),
    ("http://239.255.255.250:1900/", NEVER),
    ("http://[ff02::1]/", NEVER),
    ("http://[::ffff:224.0.0.1]/", NEVER),
    # Neither public nor named by the operator.
    ("http://100.64.0.1/", NEVER),
    ("http://192.0.2.1/", NEVER),
    ("http://198.18.0.1/", NEVER),
    ("http://198.51.100.7/", NEVER),
    ("http://203.0.113.9/", NEVER),
    ("http://192.88.99.1/", NEVER),
    ("http://240.0.0.1/", NEVER),
    ("http://[2001:db8::1]/", NEVER),
    ("http://[3fff::1]/", NEVER),
    ("http://[fec0::1]/", NEVER),
    ("http://[2002:7f00:1::1]/", NEVER),
    ("http://[64:ff9b::10.0.0.1]/", NEVER),
    ("http://[2001:0:7f00:1::]/", NEVER),
    ("http://[fd00::5efe:a9fe:a9fe]/", NEVER),
    # Inside: only because the operator says so.
    ("http://127.0.0.1/", INSIDE_ONLY),
    ("http://127.1/", INSIDE_ONLY),
    ("http://2130706433/", INSIDE_ONLY),
    ("http://0x7f000001/", INSIDE_ONLY),
    ("http://0177.0.0.1/", INSIDE_ONLY),
    ("http://127.255.255.254:8080/", INSIDE_ONLY),
    ("http://[::1]/", INSIDE_ONLY),
    ("http://[::ffff:127.0.0.1]/", INSIDE_ONLY),
    ("http://[::ffff:10.0.0.1]/", INSIDE_ONLY),
    ("http://10.0.0.1:3000/", INSIDE_ONLY),
    ("http://172.16.0.1/", INSIDE_ONLY),
    ("http://172.31.255.255/", INSIDE_ONLY),
    ("http://172.32.0.1/", ALWAYS),
    ("http://192.168.1.1/", INSIDE_ONLY),
    ("http://[fd12:3456::1]/", INSIDE_ONLY),
    ("http://inside.example/", INSIDE_ONLY),
    ("http://INSIDE.example./", INSIDE_ONLY),
    ("http://rebound.example/", INSIDE_ONLY),
    # The public internet.
    ("http://93.184.216.34/", ALWAYS),
    ("http://public.example/", ALWAYS),
    ("http://mixed.example/", ALWAYS),
    ("http://[2606:4700:4700::1111]/", ALWAYS),
    ("http://[64:ff9b::93.184.216.34]/", ALWAYS),
    # Text that two readers may read in two ways, other schemes, ports of other protocols.
    ("http://public.example@169.254.169.254/", ODD),
    ("http://169.254.169.254#@public.example/", ODD),
    ("http://public.example\\@169.254.169.254/", ODD),
    ("http://public.example:80\\.169.254.169.254/", ODD),
    ("http://169.254.169.254%23.example/", ODD),
    ("http://\u2460\u2461\u2466.0.0.1/", ODD),
    ("http://127.0.0.1\t/", ODD),
    ("http://127.0.0.1\r\nHost: x/", ODD),
    ("http://[fe80::1%25eth0]/", ODD),
    ("http:///etc/passwd", ODD),
    ("file:///etc/passwd", ODD),
    ("gopher://127.0.0.1:6379/_FLUSHALL", ODD),
    ("dict://127.0.0.1:11211/stat", ODD),
    ("http://127.0.0.1:22/", ODD),
    ("http://127.0.0.1:25/", ODD),
    ("http://127.0.0.1:0/", ODD),
    ("http://127.0.0.1:99999/", ODD),
]


def verdict(url: str) -> str:
    """Tell how far a probe of the URL would get, with the networks of the operator and without."""
    try:
        host = endpoint_of("http", url).host
    except ValueError:
        return ODD
    reached = [_resolves(host, networks) for networks in ((), INSIDE)]
    return {(False, False): NEVER, (False, True): INSIDE_ONLY, (True, True): ALWAYS}[
        reached[0], reached[1]
    ]


def _resolves(host: str, networks: tuple[Network, ...]) -> bool:
    try:
        return bool(asyncio.run(resolve(host, networks)))
    except ForbiddenAddressError:
        return False


def test_the_corpus_is_large_enough() -> None:
    assert len({url for url, _ in CORPUS}) == len(CORPUS) >= 60


@pytest.mark.parametrize(("url", "expected"), CORPUS)
def test_a_url_of_the_corpus_gets_as_far_as_it_may(
    url: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names(monkeypatch, NAMES)

    assert verdict(url) == expected


def test_of_several_addresses_only_the_allowed_ones_are_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names(monkeypatch, NAMES)

    assert asyncio.run(resolve("rebound.example", INSIDE)) == ["127.0.0.1"]
    assert asyncio.run(resolve("mixed.example", ())) == ["93.184.216.34"]


def test_a_name_without_an_address_is_unknown_and_not_forbidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names(monkeypatch, NAMES)

    with pytest.raises(UnknownNameError):
        asyncio.run(resolve("nowhere.example", INSIDE))


def test_even_a_network_of_everything_allows_no_metadata_and_no_multicast() -> None:
    everything = (ip_network("0.0.0.0/0"), ip_network("::/0"))

    refused = ["169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "ff02::1", "::"]

    assert not any(is_allowed(ip_address(text), everything) for text in refused)
    assert is_allowed(ip_address("192.0.2.1"), everything)


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_written_as_ipv6_is_judged_alike(number: int) -> None:
    plain = ip_address(number)
    mapped = ip_address(f"::ffff:{plain}")

    assert is_allowed(mapped, INSIDE) == is_allowed(plain, INSIDE)
    assert is_allowed(mapped, ()) == is_allowed(plain, ())


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_of_probe_goes_to_a_forbidden_address(kind: str) -> None:
    scheme = {"elasticsearch": "http", "influxdb": "http"}.get(kind, kind)

    result = ask(kind, f"{scheme}://169.254.169.254:8080/name", timeout_seconds=0.5)

    assert result.error == "its address may not be probed"
    assert result.elapsed_ms < 400


def test_a_service_inside_is_not_probed_where_its_network_is_not_named() -> None:
    assert ask("tcp", "tcp://127.0.0.1:1", networks=()).error == "its address may not be probed"
