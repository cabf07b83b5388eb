"""A batch is tried again where that helps, and refused with a time to come back where it does not."""

import socket
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from django.db import connection

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest import attempts, newest
from monitoring.storage.locks import HeldElsewhereError
from monitoring.types import Sample
from tests.monitoring.factories import counter, gauge
from tests.monitoring.ingest.pushing import only, push


def failing(times: int, sql: str) -> Callable[..., None]:
    """Return a stand-in for `newest.move` that fails so often before it works."""
    left = times
    move = newest.move

    def moved(*arguments: object) -> None:
        nonlocal left
        if left:
            left -= 1
            with connection.cursor() as cursor:
                cursor.execute(sql)
        move(*arguments)  # type: ignore[arg-type]

    return moved


def raising(code: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$"


DEADLINE_SECONDS = 20.0
DEADLOCK, SERIALIZATION, DISK_FULL = raising("40P01"), raising("40001"), raising("53100")
NO_PARTITION = raising("23514")  # what PostgreSQL says of a row that no partition takes


def is_stored(sample: Sample) -> bool:
    """Push as a client does that comes back when it was told to."""
    try:
        return push(sample).stored == 1
    except DatabaseUnavailableError:
        return False


@pytest.mark.django_db
@pytest.mark.parametrize("sql", [DEADLOCK, SERIALIZATION], ids=["deadlock", "serialization"])
def test_a_deadlock_is_tried_again_and_counts_once(
    sql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(newest, "move", failing(3, sql))

    push(counter(5))

    assert only().value == 5


@pytest.mark.django_db
def test_too_many_deadlocks_are_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest, "move", failing(attempts.ATTEMPTS, DEADLOCK))

    with pytest.raises(DatabaseUnavailableError, match="too busy") as caught:
        push(counter(5))

    assert caught.value.retry_after_seconds == attempts.RETRY_AFTER_SECONDS


@pytest.mark.django_db
def test_trouble_of_the_database_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest, "move", failing(1, DISK_FULL))

    with pytest.raises(DatabaseUnavailableError, match="did not confirm"):
        push(counter(5))


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_breaks_fails_one_batch_and_not_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end_itself = "SELECT pg_terminate_backend(pg_backend_pid())"
    monkeypatch.setattr(newest, "move", failing(1, end_itself))

    with pytest.raises(DatabaseUnavailableError) as caught:
        push(counter(5))
    push(counter(7))

    assert caught.value.status == 503
    assert caught.value.code == "DATABASE_ERROR"
    assert only().value == 7


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_away_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        free_port = taken.getsockname()[1]
    connection.close()
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "PORT", str(free_port))
        with pytest.raises(DatabaseUnavailableError) as caught:
            push(gauge(1))
    assert caught.value.retry_after_seconds == attempts.RETRY_AFTER_SECONDS

    deadline = time.monotonic() + DEADLINE_SECONDS
    while not is_stored(gauge(1)):
        assert time.monotonic() < deadline, "the database is back, but nothing is stored"
        time.sleep(0.05)


@pytest.mark.django_db
def test_a_day_that_cannot_be_created_just_now_is_an_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def held(at: object) -> None:
        raise HeldElsewhereError

    monkeypatch.setattr(attempts, "ensure_day", held)
    monkeypatch.setattr(newest, "move", failing(1, NO_PARTITION))

    with pytest.raises(DatabaseUnavailableError):
        push(counter(1))
