"""What is shown and logged of probes: no address, no credentials, nothing that the other side has planted."""

import ipaddress
import logging
import re

import pytest

from health.probes.kinds import KINDS
from tests.health.probes.asking import ask, target
from tests.health.probes.nasty import conversation, leave
from tests.health.probes.test_nasty import SCHEMES
from tests.monitoring.raw_peer import RawPeer, Script

USER, PASSWORD, PLANTED = "canary-user", "canary-password", "canary-planted"
_NUMBERS = re.compile(r"\d+\.\d+\.\d+\.\d+|:\d{2,}")

SPEAKING: dict[str, list[Script]] = {
    "http": [
        conversation(
            f"HTTP/1.1 500 {PLANTED}\r\nX: {PLANTED}\r\nContent-Length: 0\r\n\r\n".encode()
        ),
        conversation(f"HTTP/1.1 302 x\r\nLocation: http://{PLANTED}\r\n\r\n".encode()),
    ],
    "redis": [conversation(f"-ERR {PLANTED}\r\n".encode())],
    "smtp": [conversation(first=f"554 {PLANTED}\r\n".encode())],
    "postgresql": [conversation(b"E\0\0\0\x1dCXX000\0M" + PLANTED.encode() + b"\0\0\0\0\0")],
}
SPEAKING["elasticsearch"] = SPEAKING["influxdb"] = SPEAKING["http"]


@pytest.mark.parametrize("kind", SCHEMES)
def test_neither_errors_nor_logs_tell_addresses_credentials_or_what_was_said(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    shown = []
    with caplog.at_level(logging.DEBUG):
        for script in [leave, conversation(PLANTED.encode()), *SPEAKING.get(kind, [])]:
            with RawPeer(script) as peer:
                url = f"{SCHEMES[kind]}://127.0.0.1:{peer.port}/canary-path"
                result = ask(kind, url, credentials=(USER, PASSWORD), timeout_seconds=0.5)
            assert result.error
            shown.append(repr(result))
            assert str(peer.port) not in result.error
            assert not _NUMBERS.search(result.error)

    everything = " ".join([*shown, caplog.text, *(str(r.__dict__) for r in caplog.records)])
    assert "canary" not in everything


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_target_keeps_its_credentials_to_itself(kind: str) -> None:
    secret = target(kind, f"{kind}://canary-host/canary-path", credentials=(USER, PASSWORD))

    assert "canary" not in repr(secret)
    assert "canary" not in str(secret)


def test_an_address_in_a_network_that_may_not_be_probed_is_not_repeated() -> None:
    forbidden = ipaddress.ip_address("169.254.169.254")

    assert str(forbidden) not in ask("http", f"http://{forbidden}/").error
