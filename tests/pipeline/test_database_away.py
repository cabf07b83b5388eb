"""kill -9 of PostgreSQL while clients push: what was acknowledged is stored, once, and pushes go on meanwhile."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone

from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey
from tests.pipeline.own_engines import own_postgres
from tests.pipeline.pusher import COUNTER, GAUGE, Pusher, Told
from tests.pipeline.service import Service
from tests.tokens import bearer

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(300)]

_API = "/api/v1/monitoring"
_EACH_TIME = 30


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    """Start a PostgreSQL that may be killed, with the tables."""
    with own_postgres(tmp_path, "monitoring") as engine:
        yield engine


@pytest.fixture
def service(postgres: Postgres, broker: Valkey, tmp_path: Path) -> Iterator[Service]:
    """Start the web server with two processes and the spool on."""
    database = postgres.variables()
    service = Service(
        tmp_path,
        broker,
        database=database["DB_NAME"],
        **database,
        INGEST_SPOOL="true",
        WEB_CONCURRENCY="2",
    )
    service.start_web()
    yield service
    service.stop()


def test_what_was_acknowledged_while_the_database_died_is_stored_once(
    service: Service, postgres: Postgres, tmp_path: Path
) -> None:
    service.ask("GET", "/livez", role="user")
    away = threading.Event()
    first_at = timezone.now() - timedelta(minutes=10)
    url = f"{service.url}{_API}/metrics"
    pushers = [
        Pusher(url, "ana", first_at=first_at, repeats=False, away=away),
        Pusher(url, "bo", first_at=first_at, repeats=True, away=away),
    ]
    with ExitStack() as stack:
        for pusher in pushers:
            pusher.start()
            stack.callback(pusher.stop)
        each(service, pushers, partial(has_stored, _EACH_TIME), "pushes are stored")

        postgres.kill()
        away.set()
        each(service, pushers, lambda told: len(told.away) > _EACH_TIME, "pushes while it is away")
        read = ask(service, f"{_API}/metrics/latest")
        alive = ask(service, "/livez")
        away.clear()
        postgres.start()
        for pusher in pushers:
            enough = len(pusher.told.stored) + _EACH_TIME
            each(service, [pusher], partial(has_stored, enough), "pushes are stored again")

    assert (read.status_code, read.json()["code"]) == (503, "DATABASE_ERROR")
    assert alive.status_code == 200
    for pusher in pushers:
        assert {(code, body.get("durable")) for code, body in pusher.told.away} == {(200, "spool")}
    spool = tmp_path / "spool"
    service.wait_until(lambda: waiting(spool) == [], "the spool is empty", sweep=False)
    totals = totals_of(service)
    for pusher in pushers:
        stored = points(service, pusher.name)
        acknowledged = {*pusher.told.stored, *pusher.told.spooled}
        assert len(stored) == len(set(stored))
        assert acknowledged <= set(stored)
        # A push that nobody confirmed may be stored all the same, as a whole or not at all.
        assert set(stored) - acknowledged <= set(pusher.told.refused)
        assert totals[pusher.name] == len(stored)
    assert set(points(service, "bo")) == set(range(len(points(service, "bo"))))


def has_stored(number: int, told: Told) -> bool:
    """Tell whether so many pushes were answered as committed."""
    return len(told.stored) >= number


def each(service: Service, pushers: list[Pusher], holds: Callable[[Told], bool], what: str) -> None:
    """Wait until it holds for what each was told."""
    service.wait_until(lambda: all(holds(one.told) for one in pushers), what, sweep=False)


def ask(service: Service, path: str) -> requests.Response:
    """Return the answer of an endpoint, whatever it is."""
    return requests.get(f"{service.url}{path}", headers=bearer(), timeout=20)


def waiting(spool: Path) -> list[str]:
    """Return what is in the spool, but for its lock."""
    return sorted(path.name for path in spool.iterdir() if path.suffix != ".lock")


def totals_of(service: Service) -> dict[str, float]:
    """Return the running total of each client."""
    rows: list[dict[str, Any]] = ask(service, f"{_API}/metrics/service/payment-service").json()
    return {row["labels"]["writer"]: row["value"] for row in rows if row["metric_name"] == COUNTER}


def points(service: Service, name: str) -> list[int]:
    """Return the numbers of a client's gauge as they are stored, one for each sample."""
    query = f"metric_name={GAUGE}&label.writer={name}&format=json"
    rows: list[dict[str, Any]] = ask(service, f"{_API}/metrics/samples?{query}").json()
    return [int(row["value"]) for row in rows]
