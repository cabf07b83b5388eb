"""PostgreSQL hangs (SIGSTOP), or is gone: the status page says what was known last, that it is not fresh, and soon."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from bench.hanging import hanging
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey
from tests.pipeline.own_engines import own_postgres
from tests.pipeline.service import Service

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(300)]

PATIENCE_SECONDS = 2.0
"""What one making of the page is waited for; nobody waits longer, and only those who come while it begins."""
SLACK_SECONDS = 8.0  # a busy machine; without a bound a visit lasts as long as the database hangs
VISITORS = 40


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    """Start a PostgreSQL that may hang and go, with the tables."""
    with own_postgres(tmp_path) as engine:
        yield engine


@pytest.fixture
def service(postgres: Postgres, broker: Valkey, tmp_path: Path) -> Iterator[Service]:
    """Start the web server as `make run` does: a pool that has fewer connections than there are threads."""
    database = postgres.variables()
    service = Service(
        tmp_path,
        broker,
        database=database["DB_NAME"],
        **database,
        DB_POOL="true",
        DB_POOL_SIZE="3",
        STATUS_PAGE_CACHE="1s",
        RATE_LIMIT_ALLOW_LIST="",
        RATE_LIMIT_HEALTH="100000",
    )
    service.start_web()
    yield service
    service.stop()


def test_the_page_outlives_its_database_and_a_server_without_memory_says_so(
    service: Service, postgres: Postgres, record_testsuite_property: Any
) -> None:
    service.wait_until(lambda: is_fresh(service), "the page is there, and fresh", sweep=False)
    known_at = told(service)["page"]["updated_at"]
    assert postgres.pid is not None

    with hanging(postgres.pid):
        service.wait_until(lambda: not is_fresh(service), "the silence is noticed", sweep=False)
        record_testsuite_property("seconds of a visit while it hangs", visited(service))
        assert told(service)["page"]["updated_at"] >= known_at
    service.wait_until(lambda: is_fresh(service), "it is fresh again", sweep=False)

    postgres.kill()
    service.wait_until(lambda: not is_fresh(service), "the absence is noticed", sweep=False)
    record_testsuite_property("seconds of a visit while it is gone", visited(service))

    service.stop_web()
    service.start_web()
    service.wait_until(lambda: is_up(service), "the server is up again", sweep=False)
    took, answer = visit(service)
    record_testsuite_property("seconds of a visit after a restart", f"{took:.2f}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert took < PATIENCE_SECONDS + SLACK_SECONDS

    postgres.start()
    service.wait_until(lambda: is_fresh(service), "it is fresh again", sweep=False)


def visit(service: Service, path: str = "/status-page") -> tuple[float, requests.Response]:
    """Return how long a visit took, and what was seen."""
    started = time.perf_counter()
    answer = requests.get(f"{service.url}{path}", timeout=20)
    return time.perf_counter() - started, answer


def visited(service: Service) -> str:
    """Visit again and again; return median and longest time, and check that each saw the last known page."""
    visits = [visit(service) for _ in range(VISITORS)]
    for _, answer in visits:
        assert answer.status_code == 200
        assert "cannot be renewed" in answer.text
    took = sorted(seconds for seconds, _ in visits)
    assert took[VISITORS // 2] < PATIENCE_SECONDS / 2
    assert took[-1] < PATIENCE_SECONDS + SLACK_SECONDS
    return f"median {took[VISITORS // 2]:.3f}, longest {took[-1]:.2f}"


def told(service: Service) -> Any:
    """Return the page for programs."""
    return visit(service, "/status-page.json")[1].json()


def is_fresh(service: Service) -> bool:
    """Tell whether there is a page that is not out of date."""
    try:
        _, answer = visit(service, "/status-page.json")
    except requests.ConnectionError:
        return False
    return answer.ok and not answer.json()["page"]["is_stale"]


def is_up(service: Service) -> bool:
    """Tell whether the server takes requests; asks nothing that looks at a store."""
    try:
        return requests.get(f"{service.url}/livez", timeout=5).ok
    except requests.RequestException:
        return False
