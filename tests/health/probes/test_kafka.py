"""Kafka: the real broker of the suite where there is one, and brokers that play their part."""

import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from health.probes import kafka_messages as kafka
from health.probes.errors import BadAnswerError
from tests.health.probes.asking import ask
from tests.health.probes.certificates import Authority
from tests.health.probes.kafka_server import Broker
from tests.health.probes.nasty import conversation
from tests.monitoring.raw_peer import RawPeer

ME = ("monitor", "hunter2")


@pytest.mark.skipif(not os.environ.get("KAFKA_BROKERS"), reason="this run has no broker")
def test_the_real_broker_knows_itself() -> None:
    result = ask("kafka", f"kafka://{os.environ['KAFKA_BROKERS'].split(',')[0]}")

    assert (result.error, result.warning, result.details) == ("", "", {"brokers": 1})


@pytest.mark.parametrize("newest", range(1, 14))
def test_every_version_of_the_question_is_understood(newest: int) -> None:
    with RawPeer(Broker(versions=(0, newest))) as peer:
        result = ask("kafka", f"kafka://127.0.0.1:{peer.port}")

    assert (result.error, result.warning, result.details) == ("", "", {"brokers": 3})


@pytest.mark.parametrize("versions", [(0, 0), (8, 13)])
def test_a_broker_that_speaks_none_of_our_versions_is_said(versions: tuple[int, int]) -> None:
    with RawPeer(Broker(versions=versions)) as peer:
        assert ask("kafka", f"kafka://127.0.0.1:{peer.port}").error == "not a valid Kafka answer"


def test_a_cluster_without_a_controller_is_degraded_and_one_without_brokers_is_down() -> None:
    with RawPeer(Broker(controller=-1)) as headless, RawPeer(Broker(brokers=0)) as empty:
        degraded = ask("kafka", f"kafka://127.0.0.1:{headless.port}")
        down = ask("kafka", f"kafka://127.0.0.1:{empty.port}")

    assert (degraded.error, degraded.warning) == ("", "the cluster has no controller")
    assert down.error == "knows no broker"


@pytest.mark.parametrize(
    "mechanisms", [("SCRAM-SHA-256",), ("PLAIN", "SCRAM-SHA-512"), ("PLAIN", "SCRAM-SHA-256")]
)
def test_a_login_goes_by_the_safest_way_that_is_offered(mechanisms: tuple[str, ...]) -> None:
    broker = Broker(mechanisms=mechanisms)
    with RawPeer(broker) as peer:
        url = f"kafka://127.0.0.1:{peer.port}"
        right = ask("kafka", url, credentials=ME)
        wrong = ask("kafka", url, credentials=("monitor", "wrong"))

    assert (right.error, wrong.error) == ("", "refuses the credentials")
    assert not any(b"hunter2" in said for said in broker.heard)


@pytest.mark.parametrize(
    ("mechanisms", "error"),
    [
        (("PLAIN",), "asks for the password in clear, without TLS"),
        (("GSSAPI",), "asks for a login that probes do not speak"),
        ((), "asks for a login that probes do not speak"),
    ],
)
def test_no_password_goes_out_in_clear(mechanisms: tuple[str, ...], error: str) -> None:
    broker = Broker(mechanisms=mechanisms)
    with RawPeer(broker) as peer:
        result = ask("kafka", f"kafka://127.0.0.1:{peer.port}", credentials=ME)

    assert (result.error, broker.heard) == (error, [])


def test_under_tls_a_password_may_go_in_clear(trusted: Authority) -> None:
    with RawPeer(Broker(mechanisms=("PLAIN",)), tls=trusted.server(days=2.5)) as peer:
        url = f"kafka+tls://localhost:{peer.port}"
        right = ask("kafka", url, credentials=ME)
        wrong = ask("kafka", url, credentials=("monitor", "wrong"))

    assert (right.error, wrong.error) == ("", "refuses the credentials")
    assert right.warning == "its certificate ends in 2 days, fewer than 14"


@pytest.mark.parametrize(
    "reply",
    [
        struct.pack(">ii", 4, 99),  # the answer to another question
        struct.pack(">i", 2) + b"\0\0",
        struct.pack(">iih", 6, 1, 35),
        struct.pack(">iihi", 10, 1, 0, 20_000),
        struct.pack(">iihi", 10, 1, 0, 1),
        struct.pack(">iihi", 10, 1, 0, -1),
    ],
)
def test_an_answer_that_cannot_be_is_no_answer(reply: bytes) -> None:
    with RawPeer(conversation(reply)) as peer:
        assert ask("kafka", f"kafka://127.0.0.1:{peer.port}").error == "not a valid Kafka answer"


def test_a_broker_that_wants_no_login_is_said() -> None:
    with RawPeer(conversation(struct.pack(">iihi", 10, 1, 34, 0))) as peer:
        result = ask("kafka", f"kafka://127.0.0.1:{peer.port}", credentials=ME)

    assert result.error == "takes no login here"


@given(st.binary(max_size=200), st.integers(1, 7))
def test_any_bytes_are_a_cluster_or_are_refused(data: bytes, version: int) -> None:
    try:
        cluster = kafka.read_cluster(data, version)
    except BadAnswerError:
        return

    assert 0 <= cluster.brokers <= 10_000
