"""MongoDB: a server that speaks its protocol, which the real driver takes for one."""

import struct
from typing import Any

import bson
import pytest
from pymongo import MongoClient
from pymongo.server_api import ServerApi

from tests.health.probes.asking import ask
from tests.health.probes.certificates import Authority
from tests.health.probes.mongodb_server import PRIMARY, Mongo
from tests.health.probes.nasty import conversation
from tests.monitoring.raw_peer import RawPeer

ME = ("monitor", "hunter2")


def message(document: dict[str, Any], *, kind: int = 0, operation: int = 2_013) -> bytes:
    encoded = bson.encode(document)
    return struct.pack("<iiiiIB", 21 + len(encoded), 1, 1, operation, 0, kind) + encoded


def test_the_real_driver_takes_the_server_of_these_tests_for_one() -> None:
    with RawPeer(Mongo(needs_login=True)) as peer:
        client: MongoClient[dict[str, Any]] = MongoClient(
            "127.0.0.1",
            peer.port,
            username=ME[0],
            password=ME[1],
            authMechanism="SCRAM-SHA-256",
            directConnection=True,
            serverSelectionTimeoutMS=5_000,
            server_api=ServerApi("1"),
        )
        with client:
            assert client.admin.command("ping")["ok"] == 1


@pytest.mark.parametrize(
    ("about", "warning", "role"),
    [
        (PRIMARY, "", "primary"),
        ({"secondary": True, "hosts": ["10.0.0.1:27017"]}, "", "secondary"),
        ({"arbiterOnly": True}, "", "arbiter"),
        ({"isWritablePrimary": False}, "is neither primary nor secondary", None),
    ],
)
def test_what_the_server_is_is_said(about: dict[str, Any], warning: str, role: str | None) -> None:
    with RawPeer(Mongo(about=about)) as peer:
        result = ask("mongodb", f"mongodb://127.0.0.1:{peer.port}")

    assert (result.error, result.warning) == ("", warning)
    assert result.details.get("role") == role
    assert result.details["wire_version"] == 21


@pytest.mark.parametrize("empty_exchange", [False, True])
def test_a_login_is_made_before_the_ping(*, empty_exchange: bool) -> None:
    with RawPeer(Mongo(needs_login=True, empty_exchange=empty_exchange)) as peer:
        url = f"mongodb://127.0.0.1:{peer.port}/orders"
        right = ask("mongodb", url, credentials=ME)
        wrong = ask("mongodb", url, credentials=("monitor", "wrong"))
        none = ask("mongodb", url)

    assert right.error == ""
    assert {wrong.error, none.error} == {"refuses the credentials"}


def test_under_tls_the_certificate_is_dated(trusted: Authority) -> None:
    with RawPeer(Mongo(), tls=trusted.server(days=1.5)) as peer:
        result = ask("mongodb", f"mongodb+tls://localhost:{peer.port}")

    assert (result.error, result.warning) == ("", "its certificate ends in 1 days, fewer than 14")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (
            message({"ok": 0.0, "code": 11_600, "errmsg": "at 10.0.0.1"}),
            "answered with error 11600",
        ),
        (message({"ok": 0.0, "errmsg": "at 10.0.0.1"}), "not a valid MongoDB answer"),
        (message({"ok": 1.0}, kind=1), "not a valid MongoDB answer"),
        (message({"ok": 1.0}, operation=1), "not a valid MongoDB answer"),
        (struct.pack("<iiii", 16, 1, 1, 2_013), "not a valid MongoDB answer"),
        (
            struct.pack("<iiiiIB", 26, 1, 1, 2_013, 0, 0) + b"\7\0\0\0\0",
            "not a valid MongoDB answer",
        ),
    ],
)
def test_what_cannot_be_understood_is_said_in_plain_words(reply: bytes, error: str) -> None:
    with RawPeer(conversation(reply)) as peer:
        assert ask("mongodb", f"mongodb://127.0.0.1:{peer.port}").error == error


def test_a_login_that_never_ends_is_left() -> None:
    class Endless(Mongo):
        def _continue(self, payload: bytes, login: Any) -> dict[str, Any]:
            return {**super()._continue(payload, login), "done": False}

    with RawPeer(Endless(needs_login=True)) as peer:
        result = ask("mongodb", f"mongodb://127.0.0.1:{peer.port}", credentials=ME)

    assert result.error == "not a valid MongoDB answer"
