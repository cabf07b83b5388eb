"""Addresses of watched services, taken apart."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.probes.endpoint import LONGEST_URL, SCHEMES, Endpoint, endpoint_of
from health.probes.kinds import KINDS


@pytest.mark.parametrize(
    ("kind", "url", "expected"),
    [
        ("http", "http://Shop.Example", Endpoint("http", "shop.example", 80, False, "")),
        ("http", "https://shop.example./a/", Endpoint("https", "shop.example", 443, True, "/a/")),
        ("http", "http://[::1]:8080/x", Endpoint("http", "::1", 8080, False, "/x")),
        ("tcp", "tcp://db:5432", Endpoint("tcp", "db", 5432, False, "")),
        ("tcp", "tls://db", Endpoint("tls", "db", 443, True, "")),
        ("dns", "dns://10.0.0.2/a.b", Endpoint("dns", "10.0.0.2", 53, False, "/a.b")),
        ("dns", "dns:///a.b", Endpoint("dns", "", 53, False, "/a.b")),
        ("postgresql", "postgresql://db/shop", Endpoint("postgresql", "db", 5432, False, "/shop")),
        ("postgresql", "postgresql+tls://db", Endpoint("postgresql+tls", "db", 5432, True, "")),
        ("redis", "redis://cache", Endpoint("redis", "cache", 6379, False, "")),
        ("redis", "rediss://cache:1", Endpoint("rediss", "cache", 1, True, "")),
        ("kafka", "kafka://k", Endpoint("kafka", "k", 9092, False, "")),
        ("kafka", "kafka+tls://k", Endpoint("kafka+tls", "k", 9093, True, "")),
        ("mongodb", "mongodb://m", Endpoint("mongodb", "m", 27017, False, "")),
        ("mongodb", "mongodb+tls://m", Endpoint("mongodb+tls", "m", 27017, True, "")),
        ("elasticsearch", "https://e", Endpoint("https", "e", 9200, True, "")),
        ("influxdb", "http://i", Endpoint("http", "i", 8086, False, "")),
        ("smtp", "smtp://mail", Endpoint("smtp", "mail", 25, False, "")),
        ("smtp", "smtps://mail", Endpoint("smtps", "mail", 465, True, "")),
    ],
)
def test_an_address_is_taken_apart_by_the_rules_of_its_kind(
    kind: str, url: str, expected: Endpoint
) -> None:
    assert endpoint_of(kind, url) == expected


@pytest.mark.parametrize(
    ("kind", "url", "message"),
    [
        ("http", "", "is empty"),
        ("gopher", "gopher://a", "is of a kind that is not probed"),
        ("http", "shop.example", "must begin with http:// or https://"),
        ("http", "ftp://shop", "must begin with http:// or https://"),
        ("http", "file:///etc/passwd", "must begin with http:// or https://"),
        ("redis", "http://cache", "must begin with redis:// or rediss://"),
        ("http", "http://", "must name one host"),
        ("http", "http://:80/", "must name one host"),
        ("kafka", "kafka://a:9092,b:9092", "must name a port from 1 to 65535"),
        ("kafka", "kafka://a,b", "must name one host"),
        ("http", "http://a%2eb/", "must name one host"),
        ("http", "http://[fe80::1%25eth0]/", "must name one host"),
        ("http", "http://me:secret@a/", "must hold no user name or password"),
        ("http", "http://a@169.254.169.254/", "must hold no user name or password"),
        ("tcp", "tcp://db", "must name a port from 1 to 65535"),
        ("tcp", "tcp://db:0", "must name a port from 1 to 65535"),
        ("tcp", "tcp://db:65536", "must name a port from 1 to 65535"),
        ("tcp", "tcp://db:x", "must name a port from 1 to 65535"),
        ("http", "http://a b/", "printable ASCII"),
        ("http", "http://a\\@b/", "printable ASCII"),
        ("http", "http://a/\r\nHost:b", "printable ASCII"),
        ("http", "http://\u24d0/", "printable ASCII"),
        ("http", "http://a/#b", "no #"),
        ("http", "http://[::1/", "is not an address"),
        ("http", "http://mail:25/", "must not send HTTP to port 25"),
        ("influxdb", "http://i:6000", "must not send HTTP to port 6000"),
        ("elasticsearch", "http://e:22", "must not send HTTP to port 22"),
        ("http", "http://" + "a" * LONGEST_URL, f"at most {LONGEST_URL} characters"),
    ],
)
def test_what_can_be_misread_is_refused_in_plain_words(kind: str, url: str, message: str) -> None:
    with pytest.raises(ValueError, match=message.replace("+", r"\+")):
        endpoint_of(kind, url)


def test_the_longest_address_is_taken() -> None:
    url = "http://a/".ljust(LONGEST_URL, "b")

    assert endpoint_of("http", url).host == "a"


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("http://a", "a"),
        ("http://a:443", "a:443"),
        ("https://a", "a"),
        ("https://a:80", "a:80"),
        ("http://[::1]", "[::1]"),
        ("http://[::1]:8080", "[::1]:8080"),
    ],
)
def test_the_host_header_has_the_port_where_it_is_not_the_usual_one(url: str, header: str) -> None:
    assert endpoint_of("http", url).host_header == header


def test_elasticsearch_is_told_its_port_though_it_is_the_usual_one_of_its_kind() -> None:
    assert endpoint_of("elasticsearch", "http://e").host_header == "e:9200"


@pytest.mark.parametrize(
    ("path", "name"),
    [("/shop", "shop"), ("/a%20b/", "a b"), ("/shop?x=1", "shop"), ("", ""), ("/", "")],
)
def test_the_path_names_a_database(path: str, name: str) -> None:
    assert endpoint_of("postgresql", f"postgresql://db{path}").name == name


def test_each_kind_has_schemes_and_a_probe() -> None:
    assert set(SCHEMES) == set(KINDS)


def test_the_query_of_an_address_is_not_in_its_repr() -> None:
    assert "hunter2" not in repr(endpoint_of("http", "http://a/?key=hunter2"))


@given(kind=st.sampled_from(sorted(SCHEMES)), url=st.text(max_size=60))
def test_any_text_is_an_address_or_is_refused(kind: str, url: str) -> None:
    with contextlib.suppress(ValueError):
        endpoint = endpoint_of(kind, url)

        assert endpoint.host or kind == "dns"
        assert 1 <= endpoint.port <= 65_535
