"""Requests to the real web server: each is told once, by whichever process answered it, also when it ends."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import requests
from django.conf import settings
from django.utils import timezone

from health.selectors_performance import endpoint_totals
from tests.pipeline.conftest import StartService
from tests.pipeline.service import Service

pytestmark = pytest.mark.pipeline

DASHBOARD = "/dashboard/performance"
ITEM = {
    "endpoint": "/pay",
    "method": "POST",
    "response_time_ms": 30,
    "status_code": 200,
}


def call(service: Service, path: str, times: int) -> None:
    """Send requests over eight connections at once, each of them answered."""

    def some(count: int) -> None:
        with requests.Session() as session:
            for _ in range(count):
                session.get(f"{service.url}{path}", timeout=10)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(some, shares(times, 8)))


def shares(total: int, ways: int) -> Iterator[int]:
    """Yield how many each of so many gets."""
    for number in range(ways):
        yield total // ways + (number < total % ways)


def told(service: Service, endpoint: str) -> int:
    """Return how many requests of an endpoint the dashboard tells of."""
    query = {"endpoint": endpoint, "service": settings.SERVICE_NAME}
    found = service.api("GET", DASHBOARD, role="user", params=query)["endpoints"]
    return sum(line["request_count"] for line in found)


def counted(endpoint: str) -> int:
    """Return the same from the database, when nobody answers any more."""
    at = timezone.now()
    totals = endpoint_totals(at - timedelta(hours=1), at + timedelta(hours=1), endpoint=endpoint)
    return sum(total.requests for total in totals)


def test_every_request_is_told_once_by_two_processes(start_service: StartService) -> None:
    service = start_service(worker=False, INSTRUMENT_FLUSH_INTERVAL="1s", WEB_CONCURRENCY="2")
    told(service, "/livez")  # it is up

    call(service, "/livez", 1_003)
    call(service, "/nowhere", 17)

    service.wait_until(
        lambda: told(service, "/livez") >= 1_003, "all requests are told", sweep=False
    )
    assert told(service, "/livez") == 1_003
    service.wait_until(lambda: told(service, "unmatched") >= 17, "failures are told", sweep=False)
    assert told(service, "unmatched") == 17


def test_a_process_that_ends_hands_over_what_it_has(start_service: StartService) -> None:
    service = start_service(worker=False, INSTRUMENT_FLUSH_INTERVAL="1h", WEB_CONCURRENCY="2")
    told(service, "/livez")
    call(service, "/livez", 501)
    assert counted("/livez") == 0  # nothing is handed over yet

    service.stop()

    assert counted("/livez") == 501


def test_what_was_answered_with_success_survives_the_kill_of_the_server(
    start_service: StartService,
) -> None:
    service = start_service(worker=False)
    items = [ITEM | {"service_name": "payment-service"}] * 250
    for _ in range(4):
        answer = service.api("POST", "/performance", role="monitoring", json=items)
        assert answer["stored"] == 250

    service.kill_web()

    assert counted("/pay") == 1_000
