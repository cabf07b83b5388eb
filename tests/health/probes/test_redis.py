"""Redis: the real Valkey of the suite, and servers that play the states it can be in."""

import os

import pytest

from tests.health.probes.asking import ask
from tests.health.probes.nasty import conversation
from tests.monitoring.raw_peer import RawPeer

ME = ("monitor", "hunter2")


def real() -> str:
    return f"redis://{os.environ['REDIS_HOST']}:{os.environ['REDIS_PORT']}"


def bulk(text: str) -> bytes:
    return b"$%d\r\n%b\r\n" % (len(text), text.encode())


def test_the_real_server_tells_its_version_and_role() -> None:
    result = ask("redis", real(), credentials=("", os.environ["REDIS_PASSWORD"]))

    assert (result.error, result.warning, result.details["role"]) == ("", "", "master")
    assert str(result.details["version"])[0].isdigit()


@pytest.mark.parametrize("credentials", [("", "wrong"), ("nobody", "wrong")])
def test_the_real_server_refuses_a_wrong_password(credentials: tuple[str, str]) -> None:
    assert ask("redis", real(), credentials=credentials).error == "refuses the credentials"


def test_without_credentials_a_server_that_asks_for_some_is_up() -> None:
    result = ask("redis", real())

    assert (result.error, result.details) == ("", {"login": "not tried"})


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"-LOADING Redis is loading 10.0.0.1\r\n", "is still loading its data"),
        (b"-MASTERDOWN Link with MASTER\r\n", "has lost its master and serves nothing"),
        (b"-MISCONF Redis is configured\r\n", "cannot save its data and takes no writes"),
        (b"-BUSY Redis is busy\r\n", "is busy with a script"),
        (b"-ERR secret\r\n", "answered with an error"),
        (b"-NOPERM this user\r\n", "refuses the credentials"),
        (b"+PANG\r\n", "not a valid Redis answer"),
        (b":1\r\n", "not a valid Redis answer"),
        (b"$-1\r\n", "not a valid Redis answer"),
        (b"\r\n", "not a valid Redis answer"),
    ],
)
def test_what_ping_brings_is_said_in_plain_words(reply: bytes, error: str) -> None:
    with RawPeer(conversation(reply)) as peer:
        assert ask("redis", f"redis://127.0.0.1:{peer.port}").error == error


@pytest.mark.parametrize(
    ("info", "warning"),
    [
        ("role:master\r\nloading:0", ""),
        ("role:master\r\nloading:1", "is still loading its data"),
        ("role:slave\r\nmaster_link_status:up", ""),
        ("role:slave\r\nmaster_link_status:down", "has lost its master"),
        ("rdb_last_bgsave_status:ok", ""),
        ("rdb_last_bgsave_status:err", "could not save its data the last time"),
        ("aof_last_write_status:err", "could not save its data the last time"),
    ],
)
def test_what_info_says_may_be_degraded(info: str, warning: str) -> None:
    with RawPeer(conversation(b"+PONG\r\n", bulk(info))) as peer:
        result = ask("redis", f"redis://127.0.0.1:{peer.port}")

    assert (result.error, result.warning) == ("", warning)


def test_a_user_who_may_not_ask_for_info_still_finds_it_up() -> None:
    with RawPeer(conversation(b"+OK\r\n", b"+PONG\r\n", b"-NOPERM info\r\n")) as peer:
        result = ask("redis", f"redis://127.0.0.1:{peer.port}", credentials=ME)

    assert (result.error, result.details) == ("", {})


def test_valkey_tells_its_own_version() -> None:
    info = bulk("redis_version:7.2.4\r\nvalkey_version:9.1.2\r\nrole:master")
    with RawPeer(conversation(b"+PONG\r\n", info)) as peer:
        result = ask("redis", f"redis://127.0.0.1:{peer.port}")

    assert result.details == {"version": "9.1.2", "role": "master"}


def test_name_and_password_are_sent_as_two_words() -> None:
    heard: list[bytes] = []

    def listen(said: bytes) -> bytes:
        heard.append(said)
        return b"-WRONGPASS no\r\n"

    with RawPeer(conversation(listen)) as peer:
        result = ask("redis", f"redis://127.0.0.1:{peer.port}", credentials=("", "hünter"))
        again = ask("redis", f"redis://127.0.0.1:{peer.port}", credentials=ME)

    assert {result.error, again.error} == {"refuses the credentials"}
    assert heard == [
        "*2\r\n$4\r\nAUTH\r\n$7\r\nhünter\r\n".encode(),
        b"*3\r\n$4\r\nAUTH\r\n$7\r\nmonitor\r\n$7\r\nhunter2\r\n",
    ]
