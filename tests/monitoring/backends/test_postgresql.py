"""A database that is away costs one caller its time-out, and the others nothing."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client

from monitoring.backends.postgresql import base
from monitoring.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(base, "_breaker", Breaker(pause_seconds=1, clock=clock))
    return clock


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and says nothing, as behind a broken network."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def closed_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def database_at(port: int) -> base.DatabaseWrapper:
    elsewhere: dict[str, Any] = connection.settings_dict | {"HOST": "127.0.0.1", "PORT": port}
    return base.DatabaseWrapper(elsewhere)


def seconds_to_fail(database: base.DatabaseWrapper) -> float:
    started = time.perf_counter()
    with pytest.raises(OperationalError):
        database.ensure_connection()
    return time.perf_counter() - started


@pytest.mark.django_db
def test_of_many_callers_one_waits_for_a_server_that_is_silent(
    clock: Clock, silent_port: int
) -> None:
    database = database_at(silent_port)

    first = seconds_to_fail(database)
    rest = sum(seconds_to_fail(database) for _ in range(20))

    assert 1.5 < first < 5
    assert rest < 0.5


@pytest.mark.django_db
def test_after_a_second_one_tries_again(clock: Clock) -> None:
    database = database_at(closed_port())
    seconds_to_fail(database)
    with pytest.raises(OperationalError, match="not tried again yet"):
        database.ensure_connection()

    clock.now += 1

    with pytest.raises(OperationalError, match="refused"):
        database.ensure_connection()


@pytest.mark.django_db
def test_when_the_server_is_back_everybody_is_served(clock: Clock) -> None:
    seconds_to_fail(database_at(closed_port()))
    clock.now += 1
    databases = [base.DatabaseWrapper(connection.settings_dict) for _ in range(3)]

    for database in databases:
        database.ensure_connection()
        database.close()


@pytest.mark.urls("tests.monitoring.api.views")
def test_a_request_that_needs_the_database_is_told_to_come_back(
    clock: Clock, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", closed_port())

    with django_db_blocker.unblock():
        answers = [Client().get("/api/v1/counted") for _ in range(3)]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (503, "DATABASE_ERROR")
    ] * 3
    assert {answer["Retry-After"] for answer in answers} == {"2"}


class TestCheck:
    @pytest.fixture
    def client(self) -> Iterator[psycopg.Connection[Any]]:
        settings = connection.settings_dict
        with psycopg.connect(
            host=settings["HOST"],
            port=settings["PORT"],
            user=settings["USER"],
            password=settings["PASSWORD"],
            dbname="postgres",
            autocommit=True,
        ) as client:
            yield client

    def test_a_connection_that_stands_costs_no_round_trip(
        self, client: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        monkeypatch.setattr(client, "execute", asked.append)

        base.check_unless_silent(client)

        assert asked == []

    @pytest.mark.django_db
    def test_one_that_the_server_closed_is_noticed(self, client: psycopg.Connection[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [client.info.backend_pid])

        with pytest.raises(psycopg.OperationalError):
            base.check_unless_silent(client)

    def test_the_pool_uses_it(self) -> None:
        options = {**connection.settings_dict["OPTIONS"], "pool": {"min_size": 0, "max_size": 1}}
        pooled: Any = base.DatabaseWrapper(
            {**connection.settings_dict, "OPTIONS": options, "CONN_MAX_AGE": 0}, alias="pooled"
        )
        try:
            assert pooled.pool._check is base.check_unless_silent
        finally:
            pooled.close_pool()

    def test_without_a_pool_there_is_none(self) -> None:
        plain: Any = connection

        assert plain.pool is None
