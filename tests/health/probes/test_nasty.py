"""Each kind of probe against servers that refuse, hang, drip, flood and talk nonsense."""

import random
import resource
import socket
import time

import pytest

from health.probes.kinds import KINDS
from health.probes.sockets import MAX_READ_BYTES
from tests.health.probes.asking import ask
from tests.health.probes.nasty import Flood, conversation, drip, leave, reset, say_nothing
from tests.monitoring.raw_peer import RawPeer, Script

TIMEOUT = 0.4
SLACK = 0.5
SCHEMES = {
    "http": "http",
    "postgresql": "postgresql",
    "redis": "redis",
    "kafka": "kafka",
    "mongodb": "mongodb",
    "elasticsearch": "http",
    "influxdb": "http",
    "smtp": "smtp",
}
LATE = {"no complete answer within 0.4 s"}
GARBLED = {"not a valid", "answer larger than 1048576 bytes"}
GONE = {"closed the connection before it had answered", "connection failed: Connection reset"}
REFUSED = {"answered with an error"}
# So that noise gets as far as the reading of what is inside.
START = {
    "http": b"HTTP/1.1 200 OK\r\n\r\n",
    "postgresql": b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I",
    "redis": b"$900\r\n",
    "kafka": b"\0\0\0\x80\0\0\0\1\0\0\0\0\0\1\0\3\0\0\0\4",
    "mongodb": b"\x90\0\0\0\1\0\0\0\1\0\0\0\xdd\7\0\0\0\0\0\0\0\x7b\0\0\0",
    "smtp": b"220 ",
}
# Buffers of both kernels, and what a last read brings.
IN_FLIGHT_BYTES = 3_145_728


def test_every_kind_that_reads_a_stream_is_tried() -> None:
    assert set(SCHEMES) == set(KINDS) - {"tcp", "dns"}


@pytest.mark.parametrize("kind", SCHEMES)
@pytest.mark.parametrize(
    ("script", "errors"),
    [
        (say_nothing, LATE),
        (drip(), LATE | GARBLED),
        (drip(b"\xff\xfe"), LATE | GARBLED),
        (leave, GONE),
        (reset, GONE),
        (Flood(b"", b"\xff", waits=False), GARBLED | GONE),
        (Flood(b"", b"\0", waits=False), GARBLED | GONE),
        (Flood(b"", b"-nonsense\r\n", waits=False), GARBLED | REFUSED),
    ],
    ids=["silent", "drip", "drip after bytes", "close", "reset", "0xff", "zeros", "lines"],
)
def test_a_nasty_server_is_down_in_time(kind: str, script: Script, errors: set[str]) -> None:
    with RawPeer(script) as peer:
        started = time.monotonic()
        result = ask(kind, f"{SCHEMES[kind]}://127.0.0.1:{peer.port}", timeout_seconds=TIMEOUT)
        took = time.monotonic() - started

    assert any(result.error.startswith(error) for error in errors), result.error
    assert took < TIMEOUT + SLACK


@pytest.mark.parametrize("kind", [*SCHEMES, "tcp"])
def test_a_refused_connection_is_named_without_its_address(kind: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

        result = ask(kind, f"{SCHEMES.get(kind, kind)}://127.0.0.1:{port}")

    assert result.error == "connection failed: Connection refused"
    assert not result.is_answer


OK = b"HTTP/1.1 200 OK\r\n"
FLOODS = {
    "1 GB by length": ("http", Flood(OK + b"Content-Length: 1073741824\r\n\r\n", b"x")),
    "until it closes": ("http", Flood(OK + b"\r\n", b"x")),
    "endless headers": ("http", Flood(OK, b"X-A: b\r\n")),
    "one endless header": ("http", Flood(OK + b"X-A: ", b"b")),
    "endless interim answers": ("http", Flood(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
    "endless small chunks": (
        "http",
        Flood(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ),
    "a huge chunk": (
        "http",
        Flood(OK + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n", b"x"),
    ),
    "an endless chunk extension": (
        "http",
        Flood(OK + b"Transfer-Encoding: chunked\r\n\r\n1;", b"x"),
    ),
    "a huge text": ("redis", Flood(b"$1073741824\r\n", b"x")),
    "an endless line": ("redis", Flood(b"+", b"x")),
    "an endless reply": ("smtp", Flood(b"", b"220-x\r\n", waits=False)),
    "an endless greeting": ("smtp", Flood(b"220-", b"x", waits=False)),
    "a huge message": ("postgresql", Flood(b"S\x40\0\0\0", b"x")),
    "endless settings": ("postgresql", Flood(b"", b"S\0\0\0\x08a\0b\0")),
    "a negative length": ("postgresql", Flood(b"S\xff\xff\xff\xff", b"x")),
    "a huge frame": ("kafka", Flood(b"\x40\0\0\0", b"x")),
    "a huge document": ("mongodb", Flood(b"\0\0\0\x40\1\0\0\0\1\0\0\0\xdd\7\0\0", b"x")),
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_is_left_after_a_megabyte(name: str) -> None:
    kind, flood = FLOODS[name]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with RawPeer(flood) as peer:
        started = time.monotonic()
        result = ask(
            kind, f"{SCHEMES[kind]}://127.0.0.1:{peer.port}", timeout_seconds=10, body="any"
        )
        took = time.monotonic() - started

    assert result.error.startswith(("answer larger than 1048576", "not a valid")), result.error
    assert took < 10
    assert flood.sent < MAX_READ_BYTES + IN_FLIGHT_BYTES
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 65_536  # KiB


@pytest.mark.parametrize("kind", SCHEMES)
@pytest.mark.parametrize("seed", range(8))
def test_noise_is_an_answer_that_cannot_be_and_no_fault_of_ours(
    kind: str, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(seed)
    head = START.get(kind, b"")
    noise = head + bytes(chance.choices(range(256), k=chance.randrange(1, 4_096)))
    with RawPeer(conversation(noise, noise, noise)) as peer:
        result = ask(kind, f"{SCHEMES[kind]}://127.0.0.1:{peer.port}", timeout_seconds=0.5)

    assert result.error
    assert "probe failed" not in [record.message for record in caplog.records]
