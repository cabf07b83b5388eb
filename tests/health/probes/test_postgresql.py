"""PostgreSQL: the real one of the suite, and servers that play the states it can be in."""

import hashlib
import os
import socket
import struct
import threading
from collections.abc import Callable

import pytest

from tests.health.probes.asking import ask
from tests.health.probes.certificates import Authority
from tests.health.probes.nasty import conversation
from tests.monitoring.raw_peer import RawPeer

READY = b"Z\0\0\0\x05I"
LET_IN = b"R\0\0\0\x08\0\0\0\0"
ME = ("monitor", "hunter2")


def real(database: str = "postgres", scheme: str = "postgresql") -> str:
    return f"{scheme}://{os.environ['DB_HOST']}:{os.environ['DB_PORT']}/{database}"


def login() -> tuple[str, str]:
    return os.environ["DB_USER"], os.environ["DB_PASSWORD"]


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack(">i", len(body) + 4) + body


def error(state: str) -> bytes:
    text = b'database "orders" of 10.0.0.1 does not like user "monitor"'
    return message(b"E", b"SFATAL\0C" + state.encode() + b"\0M" + text + b"\0\0")


def row(value: bytes) -> bytes:
    return message(b"D", struct.pack(">hi", 1, len(value)) + value)


def test_the_real_server_lets_us_in_and_tells_its_version_and_role() -> None:
    result = ask("postgresql", real(), credentials=login())

    assert (result.error, result.warning) == ("", "")
    assert result.details["role"] == "primary"
    assert str(result.details["version"])[0].isdigit()


def test_without_a_database_the_one_of_everybody_is_asked() -> None:
    assert ask("postgresql", real(""), credentials=login()).error == ""


@pytest.mark.parametrize(
    ("database", "scheme", "credentials", "reason"),
    [
        ("nonesuch", "postgresql", None, "has no such database"),
        ("postgres", "postgresql", ("postgres", "wrong"), "refuses the credentials"),
        ("postgres", "postgresql", ("nobody", "x"), "refuses the credentials"),
        ("postgres", "postgresql+tls", None, "does not offer TLS"),
    ],
)
def test_the_real_server_refuses_in_plain_words(
    database: str, scheme: str, credentials: tuple[str, str] | None, reason: str
) -> None:
    result = ask("postgresql", real(database, scheme), credentials=credentials or login())

    assert result.error == reason


def test_without_credentials_a_server_that_asks_for_some_is_up() -> None:
    result = ask("postgresql", real())

    assert (result.error, result.details) == ("", {"login": "not tried"})


@pytest.mark.parametrize(("answer", "role"), [(b"t", "standby"), (b"f", "primary")])
def test_a_server_that_recovers_is_up_and_says_so(answer: bytes, role: str) -> None:
    version = message(b"S", b"server_version\x0017.2 (Debian)\0")
    notice = message(b"N", b"SWARNING\0\0")
    script = conversation(notice + LET_IN + version + READY, row(answer) + READY)

    with RawPeer(script) as peer:
        result = ask("postgresql", f"postgresql://127.0.0.1:{peer.port}")

    assert (result.error, result.warning) == ("", "")
    assert result.details == {"version": "17.2 (Debian)", "role": role}


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        ("57P03", "is starting, recovering or shutting down"),
        ("57P01", "is shutting down"),
        ("53300", "has no connection left"),
        ("3D000", "has no such database"),
        ("28P01", "refuses the credentials"),
        ("XX000", "answered with error XX000"),
        ("<b>", "not a valid PostgreSQL answer"),
    ],
)
def test_an_error_is_told_by_its_state_and_not_by_its_text(state: str, reason: str) -> None:
    with RawPeer(conversation(error(state))) as peer:
        at_login = ask("postgresql", f"postgresql://127.0.0.1:{peer.port}", credentials=ME)
    with RawPeer(conversation(LET_IN + READY, error(state) + READY)) as peer:
        at_query = ask("postgresql", f"postgresql://127.0.0.1:{peer.port}", credentials=ME)

    assert (at_login.error, at_query.error) == (reason, reason)


def test_the_old_method_of_login_is_spoken() -> None:
    inner = hashlib.md5(b"hunter2monitor").hexdigest()
    expected = b"md5" + hashlib.md5(inner.encode() + b"salt").hexdigest().encode() + b"\0"
    heard: list[bytes] = []

    def check(said: bytes) -> bytes:
        heard.append(said[5:])
        return LET_IN + READY

    script = conversation(message(b"R", b"\0\0\0\x05salt"), check, row(b"f") + READY)
    with RawPeer(script) as peer:
        result = ask("postgresql", f"postgresql://127.0.0.1:{peer.port}", credentials=ME)

    assert (result.error, heard) == ("", [expected])


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (b"\0\0\0\x03", "asks for the password in clear, without TLS"),
        (b"\0\0\0\x07", "asks for a login that probes do not speak"),
        (b"\0\0\0\x0aSCRAM-SHA-1\0\0", "asks for a login that probes do not speak"),
    ],
)
def test_no_password_goes_out_in_clear(request_: bytes, reason: str) -> None:
    heard: list[bytes] = []

    def listen(said: bytes) -> bytes:
        heard.append(said)
        return b""

    script = conversation(message(b"R", request_), listen)
    with RawPeer(script) as peer:
        result = ask("postgresql", f"postgresql://127.0.0.1:{peer.port}", credentials=ME)

    assert (result.error, heard) == (reason, [])


@pytest.mark.parametrize(
    "answers",
    [
        [LET_IN + READY, READY],
        [LET_IN + READY, row(b"maybe") + READY],
        [LET_IN + READY, message(b"D", b"\0\0\0\0\0\0") + READY],
        [LET_IN + READY, message(b"D", b"\0\1\xff\xff\xff\xff") + READY],
        [LET_IN + READY, message(b"D", b"\0")],
        [message(b"S", b"no value")],
        [message(b"R", b"\0\0\0\x0b" + b"v=1")],
    ],
)
def test_an_answer_that_cannot_be_is_no_answer(answers: list[bytes]) -> None:
    with RawPeer(conversation(*answers)) as peer:
        url = f"postgresql://127.0.0.1:{peer.port}"
        result = ask("postgresql", url, timeout_seconds=1, credentials=ME)

    assert result.error in {
        "not a valid PostgreSQL answer",
        "not a valid postgresql answer",
        "not a valid SCRAM answer",
        "no complete answer within 1 s",
        "closed the connection before it had answered",
    }


def test_under_tls_a_password_may_go_in_clear_and_the_certificate_is_dated(
    trusted: Authority,
) -> None:
    def play(connection: socket.socket, over: threading.Event) -> None:
        connection.recv(8)
        connection.sendall(b"S")
        secured = trusted.server(days=5.5).wrap_socket(connection, server_side=True)
        replies: list[bytes | Callable[[bytes], bytes]] = [
            message(b"R", b"\0\0\0\x03"),
            lambda said: LET_IN + READY if said[5:] == b"hunter2\0" else error("28P01"),
            row(b"f") + READY,
        ]
        conversation(*replies)(secured, over)

    with RawPeer(play) as peer:
        url = f"postgresql+tls://localhost:{peer.port}"
        result = ask("postgresql", url, credentials=ME)

    assert (result.error, result.details["role"]) == ("", "primary")
    assert result.warning == "its certificate ends in 5 days, fewer than 14"


def test_a_user_name_with_a_nul_is_not_sent() -> None:
    heard: list[bytes] = []

    def listen(said: bytes) -> bytes:
        heard.append(said)
        return b""

    with RawPeer(conversation(listen)) as peer:
        url = f"postgresql://127.0.0.1:{peer.port}"
        result = ask("postgresql", url, credentials=("a\0b", "x"))

    assert (result.error, heard) == ("not a valid postgresql answer", [])
