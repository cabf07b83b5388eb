"""DNS probes against a small server that answers, lies, hangs and floods."""

import asyncio
import time
from ipaddress import ip_address
from typing import Any

import dns.flags
import dns.message
import dns.resolver
import pytest

from health.probes import datagrams
from health.probes import dns as probes
from health.probes.errors import AnswerTooLargeError, ProbeError
from health.probes.sockets import MAX_READ_BYTES
from tests.health.probes.asking import ask
from tests.health.probes.dns_server import Reply, dns_server, records, truncated


def lookup(reply: Reply, by_tcp: Reply | None = None, **options: Any) -> tuple[str, object]:
    """Return the error and the number of records of a probe of www.shop.example."""
    with dns_server(reply, by_tcp) as port:
        result = ask("dns", f"dns://127.0.0.1:{port}/www.shop.example", **options)
    return result.error, result.details.get("records")


@pytest.mark.parametrize(
    ("reply", "options", "expected"),
    [
        (records("10.0.0.1", "10.0.0.2"), {}, ("", 2)),
        (records("10.0.0.1"), {"expected_answer": "10.0.0.1"}, ("", 1)),
        (records("10.0.0.1"), {"expected_answer": "10.0.0.9"}, ("no A record is the expected one", None)),
        (records("2001:db8::1", kind="AAAA"), {"record_type": "aaaa"}, ("", 1)),
        (
            records("10 Mail.Shop.example.", kind="MX"),
            {"record_type": "MX", "expected_answer": "10 mail.shop.example"},
            ("", 1),
        ),
        (
            records('"v=spf1 " "-ALL"', kind="TXT"),
            {"record_type": "TXT", "expected_answer": "v=spf1 -ALL"},
            ("", 1),
        ),
        (records("other.example.", kind="CNAME"), {}, ("the name has no A record", None)),
        (records(), {}, ("the name has no A record", None)),
        (records(rcode="NXDOMAIN"), {}, ("there is no such name", None)),
        (records(rcode="SERVFAIL"), {}, ("answered SERVFAIL", None)),
        (records(rcode="REFUSED"), {}, ("answered REFUSED", None)),
        (records("10.0.0.1"), {"record_type": "NONE-SUCH"}, (
            "its name or its record type is none that DNS knows", None)),
    ],
)  # fmt: skip
def test_what_the_server_answers_is_said_without_the_records(
    reply: Reply, options: dict[str, Any], expected: tuple[str, object]
) -> None:
    assert lookup(reply, **options) == expected


def test_what_fits_into_no_datagram_is_asked_for_by_tcp() -> None:
    many = records(*(f"10.0.{number // 250}.{number % 250}" for number in range(1_000)))

    assert lookup(truncated, many) == ("", 1_000)


def test_an_answer_to_another_question_is_passed_over() -> None:
    def reply(query: dns.message.Message) -> list[bytes]:
        [good] = records("10.0.0.1")(query)
        other = dns.message.make_query("other.example", "A", id=query.id)
        forged = dns.message.make_response(other).to_wire()
        wrong_id = ((query.id + 1) % 65_536).to_bytes(2, "big") + good[2:]
        return [b"", b"garbage", forged, wrong_id, query.to_wire(), good]

    assert lookup(reply) == ("", 1)


def test_garbage_with_the_right_number_is_no_answer() -> None:
    assert lookup(lambda query: [query.id.to_bytes(2, "big") + b"\xff" * 20]) == (
        "not a valid DNS answer",
        None,
    )


def test_an_answer_by_tcp_to_another_question_is_no_answer() -> None:
    other = dns.message.make_query("other.example", "A")

    assert lookup(truncated, lambda _: [dns.message.make_response(other).to_wire()]) == (
        "not a valid DNS answer",
        None,
    )


def test_a_lost_question_is_asked_again() -> None:
    asked = []

    def reply(query: dns.message.Message) -> list[bytes]:
        asked.append(query)
        return [] if len(asked) < 3 else records("10.0.0.1")(query)

    assert lookup(reply, timeout_seconds=1.5) == ("", 1)
    assert len(asked) == 3


def test_a_server_that_hangs_is_left_at_the_deadline() -> None:
    started = time.monotonic()

    assert lookup(lambda _: [], timeout_seconds=0.3) == ("no complete answer within 0.3 s", None)
    assert time.monotonic() - started < 0.8


def test_a_server_that_is_not_there_is_refused() -> None:
    with dns_server(records()) as port:
        pass

    result = ask("dns", f"dns://127.0.0.1:{port}/www.shop.example")

    assert result.error == "connection failed: Connection refused"


@pytest.mark.parametrize(("size", "is_too_much"), [(MAX_READ_BYTES, False), (1, True)])
def test_a_flood_of_forged_answers_is_left_after_a_megabyte(
    size: int, *, is_too_much: bool
) -> None:
    async def scene() -> bool:
        answer: asyncio.Future[dns.message.Message] = asyncio.get_running_loop().create_future()
        query = dns.message.make_query("www.shop.example", "A")
        listener = datagrams._Listener(query, answer)
        listener.datagram_received(b"x" * (MAX_READ_BYTES if is_too_much else 0), None)
        listener.datagram_received(b"x" * size, None)
        return answer.done() and isinstance(answer.exception(), AnswerTooLargeError)

    assert asyncio.run(scene()) is is_too_much


def test_only_the_first_word_about_a_question_counts() -> None:
    async def scene() -> bool:
        answer: asyncio.Future[dns.message.Message] = asyncio.get_running_loop().create_future()
        query = dns.message.make_query("www.shop.example", "A")
        listener = datagrams._Listener(query, answer)
        listener.datagram_received(records("10.0.0.1")(query)[0], None)
        listener.error_received(ConnectionRefusedError())
        return answer.exception() is None

    assert asyncio.run(scene())


def test_the_name_servers_of_the_machine_are_addresses() -> None:
    try:
        servers = probes._own_name_servers()
    except ProbeError as error:
        assert str(error) == "this machine has no name server"  # noqa: PT017 - some machines have none
    else:
        assert all(ip_address(server) for server in servers)


def test_the_machines_own_name_servers_are_asked_where_none_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(probes, "_own_name_servers", lambda: ["127.0.0.1"])
    with dns_server(records("10.0.0.1")) as port:
        own = ask("dns", f"dns://:{port}/www.shop.example", networks=())

    assert own.error == ""


def test_a_machine_without_name_servers_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: object) -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver.Resolver, "__init__", missing)

    assert ask("dns", "dns:///www.shop.example").error == "this machine has no name server"
