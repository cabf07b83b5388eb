"""The one memory of a process: begun by the first who asks, begun anew by a child."""

import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from health.memory import process
from health.memory.process import Memory, forget, whole
from health.process import memory_use
from health.selectors import ServiceReport
from health.status import Link
from monitoring.errors import ServiceUnavailableError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AGAIN = timedelta(milliseconds=5)


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The sources, without a database: each question is noted with the thread that asked."""
    names: list[str] = []

    def read_services(**_: object) -> list[ServiceReport]:
        names.append("services")
        return []

    monkeypatch.setattr(process, "store_pings", lambda: {"postgresql": lambda: names.append("pg")})
    monkeypatch.setattr(process, "service_reports", read_services)
    monkeypatch.setattr(process, "use_own_connection", lambda: None)
    forget()
    yield names
    forget()


def threads() -> list[threading.Thread]:
    names = {"health-postgresql", "health-services", "health-process"}
    return [thread for thread in threading.enumerate() if thread.name in names]


def test_without_an_interval_each_answer_is_asked_for_in_the_callers_thread(
    asked: list[str],
) -> None:
    assert whole().stores["postgresql"].link == Link.CONNECTED
    whole()

    assert asked == ["pg", "services", "pg", "services"]
    assert threads() == []


def test_with_an_interval_the_first_answer_is_complete_and_the_next_ask_nobody(
    asked: list[str], settings: Settings
) -> None:
    settings.HEALTH_MEMORY_INTERVAL = timedelta(minutes=1)

    first = whole()
    for _ in range(10):
        whole()

    assert first.stores["postgresql"].link == Link.CONNECTED
    assert first.services == []
    assert first.process is not None
    assert sorted(asked) == ["pg", "services"]
    assert sorted(thread.name for thread in threads()) == [
        "health-postgresql",
        "health-process",
        "health-services",
    ]


def test_one_source_that_hangs_leaves_the_others_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(process, "DEADLINE_SECONDS", 0.05)
    monkeypatch.setattr(
        process, "store_pings", lambda: {"postgresql": lambda: None, "redis": release.wait}
    )
    memory = Memory(every=timedelta(minutes=1))
    memory.start()

    found = memory.whole(at=NOON)

    release.set()
    memory.stop()
    assert found.stores["redis"].link == Link.DISCONNECTED
    assert found.stores["postgresql"].link == Link.CONNECTED


def test_a_store_that_refuses_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise ServiceUnavailableError("postgresql does not answer")

    monkeypatch.setattr(process, "store_pings", lambda: {"postgresql": refuse})

    assert Memory(every=timedelta(0)).whole(at=NOON).stores["postgresql"].error == (
        "postgresql does not answer"
    )


def test_a_forgotten_memory_stops_asking(settings: Settings) -> None:
    settings.HEALTH_MEMORY_INTERVAL = timedelta(minutes=1)
    whole()
    before = threads()
    assert before

    forget()

    for thread in before:
        thread.join(10)
        assert not thread.is_alive()


def test_a_forked_child_begins_anew(settings: Settings) -> None:
    settings.HEALTH_MEMORY_INTERVAL = timedelta(minutes=1)
    whole()

    pid = os.fork()
    if pid == 0:  # the child must not run what pytest does at the end of a process
        inherited = process._memory is not None
        answered = whole().stores["postgresql"].link == Link.CONNECTED and len(threads()) == 3
        os._exit(0 if answered and not inherited else 1)

    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_memory_is_told_in_bytes() -> None:
    memory = memory_use()

    assert memory.virtual >= memory.resident >= memory.unique > 1_000_000


def test_only_those_who_ask_postgresql_have_a_connection_of_their_own(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.HEALTH_MEMORY_INTERVAL = timedelta(minutes=1)
    prepared: list[str] = []
    monkeypatch.setattr(
        process, "use_own_connection", lambda: prepared.append(threading.current_thread().name)
    )
    monkeypatch.setattr(
        process, "store_pings", lambda: {"postgresql": lambda: None, "redis": lambda: None}
    )
    forget()

    whole()

    assert sorted(prepared) == ["health-postgresql", "health-services"]
