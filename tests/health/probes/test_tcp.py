"""TCP probes."""

from health.probes.target import ProbeTarget
from tests.health.probes.asking import ask
from tests.health.probes.nasty import leave, say_nothing
from tests.monitoring.raw_peer import RawPeer


def test_a_connection_is_enough_even_if_nothing_is_said() -> None:
    with RawPeer(say_nothing) as peer:
        result = ask("tcp", f"tcp://localhost:{peer.port}")

    assert (result.error, result.warning) == ("", "")
    assert result.is_answer
    assert result.http_status is None


def test_a_server_that_hangs_up_at_once_is_there() -> None:
    with RawPeer(leave) as peer:
        assert ask("tcp", f"tcp://127.0.0.1:{peer.port}").error == ""


def test_a_heartbeat_is_not_probed() -> None:
    assert ask("heartbeat", "tcp://127.0.0.1:1").error == "no probe is made of this kind"


def test_a_target_shows_neither_its_address_nor_its_secrets() -> None:
    target = ProbeTarget(
        "shop", "http", "http://a/?key=hunter2", path="/?k=hunter2", credentials=("u", "hunter2")
    )

    assert "hunter2" not in repr(target)
    assert "http://" not in repr(target)
