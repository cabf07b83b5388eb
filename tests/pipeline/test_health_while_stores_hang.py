"""PostgreSQL and Valkey stop in the middle of their work (SIGSTOP): the health routes go on answering, from memory."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from bench.hanging import hanging
from config.embedded import EmbeddedStack
from tests.pipeline.own_engines import own_engines
from tests.pipeline.service import Service
from tests.tokens import bearer

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(300)]

ASKED = 200
ROUTES = ("/health", "/livez", "/readyz", "/status")
# Far more than an answer from memory takes, and less than anything that waits for a store that hangs.
CLIENT_PATIENCE_SECONDS = 10.0


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedStack]:
    """Start a PostgreSQL and a Valkey of this test's own, with the tables."""
    folder = tmp_path_factory.mktemp("engines")
    with own_engines(folder, {"KAFKA_BROKERS": ""}) as stack:
        yield stack


@pytest.fixture
def service(engines: EmbeddedStack, tmp_path: Path) -> Iterator[Service]:
    """Start the web server as `make run` does: a pool that has fewer connections than there are threads."""
    assert engines.postgres is not None
    assert engines.valkey is not None
    variables = engines.postgres.variables()
    service = Service(
        tmp_path,
        engines.valkey,
        database=variables["DB_NAME"],
        **variables,
        DB_POOL="true",
        DB_POOL_SIZE="3",
        RATE_LIMIT_ALLOW_LIST="",
        RATE_LIMIT_HEALTH="100000",
    )
    service.start_web()
    yield service
    service.stop()


def test_health_answers_while_every_store_hangs_and_recovers_by_itself(
    service: Service, engines: EmbeddedStack, record_testsuite_property: Any
) -> None:
    service.wait_until(lambda: alive(service), "the server is up", sweep=False)
    service.wait_until(lambda: codes(service) == [200] * 4, "all is well", sweep=False)
    record_testsuite_property("ms while all is well", measured(service))

    with hanging(*pids_of(engines)):
        stuck = [hung_request(service) for _ in range(3)]  # as many as the pool has connections
        service.wait_until(
            lambda: codes(service) == [503, 200, 503, 200], "the silence is noticed", sweep=False
        )
        record_testsuite_property("ms while the stores hang", measured(service))

        assert set(asked(service, "/health").json()) >= {"status", "checked_at"}
        assert asked(service, "/health").json()["status"] == "unhealthy"
        told = asked(service, "/status").json()
        assert (told["status"], told["connections"]["postgres"]) == ("down", "disconnected")
        assert told["connections"]["redis"] == "disconnected"
        stores = asked(service, "/health/dependencies").json()
        assert "postgresql: no answer for" in stores["postgresql"]["error"]
        assert stores["redis"]["error"] == "redis does not answer"
        assert asked(service, "/health/services/all").status_code == 200

    service.wait_until(lambda: codes(service) == [200] * 4, "all is well again", sweep=False)
    for thread in stuck:
        thread.join(20)
        assert not thread.is_alive()


def test_a_server_that_starts_while_its_stores_hang_says_so(
    service: Service, engines: EmbeddedStack
) -> None:
    service.wait_until(lambda: alive(service), "the server is up", sweep=False)

    with hanging(*pids_of(engines)):
        answer = asked(service, "/health")
        reports = asked(service, "/health/services/all")

    assert (answer.status_code, answer.json()["status"]) == (503, "unhealthy")
    assert (reports.status_code, reports.json()["code"]) == (503, "DATABASE_ERROR")


def pids_of(engines: EmbeddedStack) -> list[int]:
    """Return the main process of each engine."""
    return [engine.pid for engine in engines if engine.pid is not None]


def asked(service: Service, path: str) -> requests.Response:
    """Return the answer of an endpoint, whatever it is. Raises requests.Timeout for one that waits."""
    return requests.get(f"{service.url}{path}", headers=bearer(), timeout=CLIENT_PATIENCE_SECONDS)


def alive(service: Service) -> bool:
    """Tell whether the server takes requests; asks nothing that looks at a store."""
    try:
        return asked(service, "/livez").ok
    except (requests.ConnectionError, requests.Timeout):  # it takes connections before it is ready
        return False


def codes(service: Service) -> list[int]:
    """Return the status codes of the routes."""
    return [asked(service, path).status_code for path in ROUTES]


def hung_request(service: Service) -> threading.Thread:
    """Let somebody else's request wait for the database."""
    url = f"{service.url}/api/v1/monitoring/metrics/latest"
    thread = threading.Thread(
        target=lambda: requests.get(url, headers=bearer(), timeout=100), daemon=True
    )
    thread.start()
    return thread


def measured(service: Service) -> str:
    """Return the latencies of each route over one kept connection, for people who read the report."""
    lines = []
    with requests.Session() as session:
        for path in ROUTES:
            took = sorted(_once(session, f"{service.url}{path}") for _ in range(ASKED))
            p50, p99 = took[ASKED // 2], took[ASKED * 99 // 100]
            lines.append(f"{path} p50 {p50:.1f}, p99 {p99:.1f}, most {took[-1]:.1f}")
    return "; ".join(lines)


def _once(session: requests.Session, url: str) -> float:
    started = time.perf_counter()
    session.get(url, timeout=CLIENT_PATIENCE_SECONDS)
    return (time.perf_counter() - started) * 1_000
