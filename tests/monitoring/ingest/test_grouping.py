"""Small pushes share a transaction, and nothing but it."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime

import pytest

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest.grouping import Groups, Waiting
from monitoring.ingest.store import Push, Stored
from monitoring.ingest.wire import wire_of
from monitoring.types import IngestReport
from tests.monitoring.factories import NOON, gauge

DEADLINE_SECONDS = 20.0
OWN = Stored(IngestReport(1))


def pushed(client: str) -> Push:
    return Push(wire_of([gauge(1)]), client)


class Database:
    """Commits groups when it is told to, and remembers who was in each."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.arrived = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.fail: Callable[[Sequence[str]], None] = lambda _: None

    def commit(self, pushes: Sequence[Push], at: datetime) -> Sequence[Stored]:
        clients = [push.client for push in pushes]
        self.groups.append(clients)
        self.arrived.release()
        assert self.go_on.acquire(timeout=DEADLINE_SECONDS)
        self.fail(clients)
        return [Stored(IngestReport(int(client))) for client in clients]


def alone() -> int:
    return 1


def started(groups: Groups, pool: ThreadPoolExecutor, client: int) -> Future[Stored]:
    return pool.submit(groups.store, pushed(str(client)), at=NOON)


def led_by_one(database: Database, followers: int) -> list[Future[Stored]]:
    """Let a first push wait for its commit until the others have queued up behind it."""
    groups = Groups(database.commit, Waiting(0, alone))
    pool = ThreadPoolExecutor(followers + 1)
    first = started(groups, pool, 1)
    assert database.arrived.acquire(timeout=DEADLINE_SECONDS)
    rest = [started(groups, pool, 2 + number) for number in range(followers)]
    until(lambda: len(groups._turns) == followers)
    pool.shutdown(wait=False)
    return [first, *rest]


def until(is_so: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(int(DEADLINE_SECONDS / 0.005)):
        if is_so():
            return
        pause.wait(0.005)
    raise AssertionError("not in time")


def test_what_comes_during_a_commit_shares_the_next_one() -> None:
    database = Database()
    results = led_by_one(database, followers=5)

    database.go_on.release(2)

    assert [result.result(DEADLINE_SECONDS).report.stored for result in results] == [
        1,
        *range(2, 7),
    ]
    assert database.groups[0] == ["1"]
    assert sorted(database.groups[1]) == ["2", "3", "4", "5", "6"]


def test_a_group_has_an_end() -> None:
    database = Database()
    results = led_by_one(database, followers=70)

    database.go_on.release(3)

    assert all(result.result(DEADLINE_SECONDS) for result in results)
    assert [len(group) for group in database.groups] == [1, 64, 6]


def test_one_who_is_alone_does_not_wait() -> None:
    database = Database()
    database.go_on.release()
    groups = Groups(database.commit, Waiting(3_600, alone))

    assert groups.store(pushed("1"), at=NOON).report.stored == 1


def test_a_leader_waits_for_those_on_their_way() -> None:
    database = Database()
    database.go_on.release()
    groups = Groups(database.commit, Waiting(DEADLINE_SECONDS, lambda: 2))

    with ThreadPoolExecutor(2) as pool:
        both = [started(groups, pool, 1), started(groups, pool, 2)]
        assert [each.result(DEADLINE_SECONDS).report.stored for each in both] == [1, 2]

    assert len(database.groups) == 1


def test_a_leader_does_not_wait_for_ever() -> None:
    database = Database()
    database.go_on.release()
    groups = Groups(database.commit, Waiting(0.001, lambda: 2))

    assert groups.store(pushed("1"), at=NOON).report.stored == 1


def test_the_error_of_one_push_does_not_fail_the_others() -> None:
    database = Database()

    def fail(clients: Sequence[str]) -> None:
        if "3" in clients:
            raise LookupError("the third")

    database.fail = fail
    first, second, third, fourth = led_by_one(database, followers=3)

    database.go_on.release(1 + 1 + 3)

    assert [each.result(DEADLINE_SECONDS).report.stored for each in (first, second, fourth)] == [
        1,
        2,
        4,
    ]
    with pytest.raises(LookupError, match="the third"):
        third.result(DEADLINE_SECONDS)


def test_a_database_that_is_away_is_away_for_all() -> None:
    database = Database()

    def fail(clients: Sequence[str]) -> None:
        if "1" not in clients:
            raise DatabaseUnavailableError("away", retry_after_seconds=2)

    database.fail = fail
    first, *others = led_by_one(database, followers=3)

    database.go_on.release(2)

    assert first.result(DEADLINE_SECONDS).report.stored == 1
    for each in others:
        with pytest.raises(DatabaseUnavailableError) as caught:
            each.result(DEADLINE_SECONDS)
        assert caught.value.retry_after_seconds == 2
    assert len(database.groups) == 2


def test_a_leader_that_is_ended_ends_its_group_and_not_the_next() -> None:
    database = Database()

    def fail(clients: Sequence[str]) -> None:
        if clients == ["1"]:
            raise SystemExit

    database.fail = fail
    first, second = led_by_one(database, followers=1)

    database.go_on.release(2)

    with pytest.raises(SystemExit):
        first.result(DEADLINE_SECONDS)
    assert second.result(DEADLINE_SECONDS).report.stored == 2


def test_a_leader_does_not_wait_for_those_who_are_stored_and_only_have_to_leave() -> None:
    database = Database()
    groups = Groups(database.commit, Waiting(3_600, lambda: groups._inside))

    with ThreadPoolExecutor(2) as pool:
        first = started(groups, pool, 1)
        assert database.arrived.acquire(timeout=DEADLINE_SECONDS)
        second = started(groups, pool, 2)
        until(lambda: len(groups._turns) == 1)
        database.go_on.release(2)

        assert first.result(DEADLINE_SECONDS).report.stored == 1
        assert second.result(DEADLINE_SECONDS).report.stored == 2
