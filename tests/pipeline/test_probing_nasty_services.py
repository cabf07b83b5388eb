"""Watched services that misbehave in each way beside good ones: each is down in time, and only they; mails say so."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone

from alerts.defaults import load_defaults
from alerts.models import AlertRule
from config.demo.mailbox import Mailbox
from config.embedded.ports import LOOPBACK, choose_port
from health.models import ServiceHealth, WatchedService
from health.probes.sockets import MAX_READ_BYTES
from tests.health.answering import healthy, serving
from tests.health.probes.nasty import Flood, drip
from tests.monitoring.certificates import write_certificate
from tests.monitoring.raw_peer import RawPeer, answering, read_request
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service
from tests.tokens import bearer

pytestmark = pytest.mark.pipeline

WITHIN_SECONDS = 5.5
GOOD = ("auth", "venue")
IN_FLIGHT_BYTES = 3_145_728  # buffers of both kernels, and what a last read brings
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"
METADATA = (
    b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n"
)
ERRORS = {
    "drip": "no complete answer within 5 s",
    "loop": "answered HTTP 302",
    "metadata": "answered HTTP 302",
    "tls": "certificate",
    "flood": "answer larger than 1048576 bytes",
    "refused": "connection failed: Connection refused",
}


class Nasty:
    """The services; each knows how often it was asked, and the flood what was taken of it."""

    def __init__(self, stack: ExitStack, certificate: Path) -> None:
        self.flood = Flood(HEAD % 2**30, b"x")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.loop = RawPeer(self._to_itself)
        self.peers = {
            "drip": RawPeer(drip(HEAD % 1_000)),
            "loop": self.loop,
            "metadata": RawPeer(answering(METADATA)),
            "tls": RawPeer(answering(HEAD % 0), tls=context),
            "flood": RawPeer(self.flood),
        }
        for peer in self.peers.values():
            stack.enter_context(peer)

    def _to_itself(self, connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        where = f"http://{LOOPBACK}:{self.loop.port}/health".encode()
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % where
        )


@pytest.fixture
def nasty(transactional_db: None, tmp_path: Path) -> Iterator[Nasty]:
    """Watch a service of each kind, and two that are well."""
    with ExitStack() as stack:
        services = Nasty(stack, write_certificate(tmp_path))
        urls = {name: f"http://{LOOPBACK}:{peer.port}" for name, peer in services.peers.items()}
        urls["tls"] = urls["tls"].replace("http:", "https:")
        urls["refused"] = f"http://{LOOPBACK}:{choose_port(None)}"
        urls |= {name: stack.enter_context(serving(healthy)) for name in GOOD}
        for name, url in urls.items():
            WatchedService.objects.create(
                name=name, service_name=f"{name}-service", url=url, failures_before_flip=1
            )
        yield services


def test_each_is_unhealthy_in_time_and_nobody_else_pays_for_it(
    nasty: Nasty,
    start_service: StartService,
    mailbox: Mailbox,
    record_testsuite_property: Any,
) -> None:
    load_defaults()
    AlertRule.objects.filter(rule_name="service_down").update(duration=0)
    AlertRule.objects.exclude(rule_name="service_down").update(enabled=False)
    service = start_service(worker=False, PROBE_TIMEOUT="5s", HEALTH_CHECK_INTERVAL="60s")
    service.start_worker(queues="alerts,collect")
    service.ask("GET", "/livez", role="user")
    service.send("health.probe_services")
    service.wait_until(lambda: nasty.peers["drip"].connections, "a round begins", sweep=False)
    began_at = timezone.now()
    service.wait_until(lambda: len(rows()) == len(ERRORS) + len(GOOD), "it ends", sweep=False)
    took = (timezone.now() - began_at).total_seconds()
    record_testsuite_property("seconds of a round with nasty services", f"{took:.2f}")

    assert took < WITHIN_SECONDS
    found = rows()
    for name in GOOD:
        assert found[name].status == "healthy"
        assert (found[name].response_time_ms or 0) < 1_000
        # What the server remembers is as old as two seconds.
        service.wait_until(partial(says, service, name, ""), f"{name} is well", sweep=False)
    for name, error in ERRORS.items():
        assert found[name].status == "unhealthy", name
        assert error in (found[name].error_message or "")
        assert says(service, name, error)
    assert nasty.loop.connections == 1, "no redirect is followed"
    assert nasty.flood.sent < MAX_READ_BYTES + IN_FLIGHT_BYTES

    service.periodic.append("alerts.evaluate_rules")
    service.wait_until(lambda: len(told(mailbox)) == len(ERRORS), "a mail about each")
    assert told(mailbox) == set(ERRORS)


def rows() -> dict[str, ServiceHealth]:
    """Return the history by service; each has one row at most."""
    return {row.service_name: row for row in ServiceHealth.objects.all()}


def says(service: Service, name: str, error: str) -> bool:
    """Tell whether GET /health/<name> says this error, or with an empty one that the service is well."""
    answer = requests.get(f"{service.url}/health/{name}", headers=bearer(), timeout=10)
    if not error:
        return answer.ok and answer.json()["status"] == "healthy"
    return answer.status_code == 503 and error in answer.json()["details"]["error"]


def told(mailbox: Mailbox) -> set[str]:
    """Return which services the mails are about."""
    return {
        name
        for name in (*ERRORS, *GOOD)
        if any(f"{name}-service" in mail.text for mail in mailbox.messages)
    }
