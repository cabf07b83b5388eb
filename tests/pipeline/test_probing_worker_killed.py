"""kill -9 of the worker's child that probes: what it had taken is made up for, once, rows and samples."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import psutil
import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from health.models import ProbeClaim, ServiceHealth, ServiceState, WatchedService
from health.watching.limits import LEASE
from monitoring.query.range import read_range
from monitoring.storage.instants import from_ms, to_ms
from tests.monitoring.raw_peer import RawPeer, read_request
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline

INTERVAL = timedelta(days=1)
"""So long that no second slot falls into the test."""
NAMES = ("auth", "event", "payment", "ticket", "venue")
BATCH = 2
WELL = json.dumps({"status": "healthy"}).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


class Gate:
    """Health of all services on one port; whoever asks waits until it is open."""

    def __init__(self) -> None:
        self.is_open = threading.Event()
        self.peer = RawPeer(self._answer)

    def children_that_wait(self, service: Service) -> list[psutil.Process]:
        """Return the children of the worker that have asked."""
        return [child for child in service.worker_children() if self._has_asked(child)]

    def _has_asked(self, child: psutil.Process) -> bool:
        peers = [each.raddr for each in child.net_connections("tcp") if each.raddr]
        return any(peer.port == self.peer.port for peer in peers)

    def _answer(self, connection: socket.socket, over: threading.Event) -> None:
        read_request(connection)
        self.is_open.wait()
        connection.sendall(ANSWER % (len(WELL), WELL))


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Services that have never been probed, all behind one gate."""
    gate = Gate()
    with gate.peer:
        yield gate
        gate.is_open.set()


@pytest.fixture
def service(start_service: StartService) -> Service:
    """A worker with two children, that takes batches of two."""
    service = start_service(web=False, worker=False, PROBE_BATCH=str(BATCH), PROBE_TIMEOUT="15s")
    service.start_worker(queues="alerts,collect")
    service.periodic = ["health.probe_services"]
    return service


def test_a_child_killed_in_the_middle_of_a_batch_costs_no_slot_and_doubles_none(
    service: Service, gate: Gate
) -> None:
    watch(gate, *NAMES)
    service.send("health.probe_services")
    # The tick keeps a batch and hands on two, of which the other child takes one.
    service.wait_until(lambda: gate.peer.connections == 2 * BATCH, "two batches ask", sweep=False)
    gate.children_that_wait(service)[0].kill()
    gate.is_open.set()
    left = len(NAMES) - BATCH
    service.wait_until(lambda: ServiceHealth.objects.count() == left, "the others are probed")
    service.wait_until(lambda: len(service.worker_children()) == 2, "there are two children again")

    held = ProbeClaim.objects.filter(until__gt=timezone.now())
    assert held.count() == BATCH, "whatever is delivered again, the lease of the dead one holds"
    pass_the_lease()
    service.wait_until(lambda: ServiceHealth.objects.count() == len(NAMES), "all are probed")

    service.wait_until(lambda: not open_claims(), "all are done")
    assert gate.peer.connections == len(NAMES) + BATCH
    assert set(ServiceState.objects.values_list("service", "status")) == {
        (name, "healthy") for name in NAMES
    }
    assert samples() == slots()


def test_a_child_killed_between_rows_and_samples_leaves_neither_and_both_come_later(
    service: Service, gate: Gate
) -> None:
    watch(gate, "payment")
    gate.is_open.set()
    with no_samples_written() as writers:
        service.send("health.probe_services")
        service.wait_until(writers, "the samples wait to be written", sweep=False)
        dead = writers()
        for child in service.worker_children():
            child.kill()
    service.wait_until(lambda: not connected(dead), "the database knows of the death", sweep=False)

    assert not ServiceHealth.objects.exists()
    assert not ServiceState.objects.exists()
    assert samples() == []
    pass_the_lease()
    service.wait_until(ServiceHealth.objects.exists, "it is probed")

    assert samples() == slots()
    assert len(slots()) == 1


def watch(gate: Gate, *names: str) -> None:
    """Watch services behind the gate."""
    for name in names:
        WatchedService.objects.create(
            name=name,
            service_name=f"{name}-service",
            url=f"http://127.0.0.1:{gate.peer.port}",
            interval_seconds=round(INTERVAL.total_seconds()),
        )


@contextmanager
def no_samples_written() -> Iterator[Callable[[], list[int]]]:
    """Let whoever writes samples wait; yield what returns the processes of the database that do."""
    waiting = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'segment'::regclass"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE segment IN EXCLUSIVE MODE")

        def writers() -> list[int]:
            cursor.execute(waiting)
            return [pid for (pid,) in cursor.fetchall()]

        yield writers


def connected(pids: list[int]) -> bool:
    """Tell whether one of these processes of the database still serves somebody."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY(%s)", [pids])
        return bool(cursor.fetchone()[0])


def open_claims() -> bool:
    """Tell whether somebody has taken what is not done."""
    return ProbeClaim.objects.exclude(until=None).exists()


def pass_the_lease() -> None:
    """Let the lease of what is taken be over now, instead of in so many seconds."""
    ProbeClaim.objects.exclude(until=None).update(until=F("until") - LEASE)


def slots() -> list[tuple[str, datetime]]:
    """Return which services have a row of history, and for which slot; in whole ms, as samples are kept."""
    rows = ServiceHealth.objects.order_by("service_name", "checked_at")
    return [(row.service_name, from_ms(to_ms(row.checked_at))) for row in rows]


def samples() -> list[tuple[str, datetime]]:
    """Return which services have a sample that says they are up, and for which slot."""
    now = timezone.now()
    found = read_range(metric="service_up", start=now - 2 * INTERVAL, end=now)
    return sorted(
        (each.series.labels["service"], from_ms(at_ms))
        for each in found
        for at_ms in each.at_ms.tolist()
    )
