"""Series are removed while others push: no sample is left without its series.

A push that uses a remembered number holds CATALOGUE shared until it commits.
"""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from monitoring.models import (
    Series,
    StorageState,
)
from monitoring.storage import locks, partitions, silent_series
from monitoring.storage.silent_series import remove
from tests.monitoring.factories import NOON, LatestFactory, one_sample_payload
from tests.monitoring.storage.partition_rows import (
    drop_all_partitions,
)
from tests.monitoring.storage.second_connection import second_connection

pytestmark = pytest.mark.django_db(transaction=True)

DEADLINE_SECONDS = 20.0
LONG = timedelta(days=400)
GONE = NOON - LONG - timedelta(microseconds=1)  # newest sample of a series that may go at noon


@pytest.fixture(autouse=True)
def _no_partitions() -> Iterator[None]:
    drop_all_partitions()
    partitions.ensure_day(NOON)
    yield
    drop_all_partitions()


def series(newest: datetime = GONE, *, created: datetime = GONE) -> int:
    """Return the id of a series with that newest sample."""
    series_id: int = LatestFactory.create(at=newest).series_id
    Series.objects.filter(pk=series_id).update(created_at=created)
    return series_id


def epoch() -> int:
    return StorageState.objects.values_list("catalogue_epoch", flat=True).first() or 0


class Pushing:
    """A push in a session of its own: it takes its lock, compares the epoch and stores one sample."""

    def __init__(self) -> None:
        self.has_lock = threading.Event()
        self.may_commit = threading.Event()
        self.epoch: int | None = None

    def run(self, series_id: int) -> None:
        with second_connection() as session:
            session.execute("BEGIN")
            session.execute("SELECT pg_advisory_xact_lock_shared(%s)", [locks.CATALOGUE])
            row = session.execute("SELECT catalogue_epoch FROM storage_state").fetchone()
            self.epoch = row[0] if row else 0
            self.has_lock.set()
            assert self.may_commit.wait(DEADLINE_SECONDS)
            session.execute(
                "INSERT INTO segment (received_at, t_min, t_max, n, payload)"
                " VALUES (%(at)s, %(at)s, %(at)s, 1, %(payload)s)",
                {"at": NOON, "payload": one_sample_payload(NOON, series_id=series_id)},
            )
            session.execute("COMMIT")


_WAITING = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND NOT granted
AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def wait_for_a_waiter() -> None:
    """Return once somebody waits for an advisory lock."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    with second_connection() as watcher:
        while time.monotonic() < deadline:
            row = watcher.execute(_WAITING).fetchone()
            if row is not None and row[0]:
                return
    raise AssertionError("nobody came to wait")


def test_a_push_under_way_is_waited_for_but_not_for_long() -> None:
    series()
    with second_connection() as pushing:
        pushing.execute("BEGIN")
        pushing.execute("SELECT pg_advisory_xact_lock_shared(%s)", [locks.CATALOGUE])

        assert remove(NOON) == 0
        assert epoch() == 0

        pushing.execute("COMMIT")

    assert remove(NOON) == 1


def test_a_sample_that_is_committed_while_removal_waits_keeps_its_series() -> None:
    series_id = series()
    pushing = Pushing()

    def commit_when_removal_waits() -> None:
        try:
            wait_for_a_waiter()
        finally:
            pushing.may_commit.set()

    with ThreadPoolExecutor(2) as pool:
        pushed = pool.submit(pushing.run, series_id)
        assert pushing.has_lock.wait(DEADLINE_SECONDS)
        released = pool.submit(commit_when_removal_waits)
        removed = remove(NOON)
        released.result()
        pushed.result()

    assert removed == 0
    assert Series.objects.filter(pk=series_id).exists()


def test_a_push_that_comes_during_a_removal_waits_and_sees_that_the_epoch_has_grown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    series_id = series()
    pushing = Pushing()
    pushing.may_commit.set()
    look = silent_series._select
    pushes: list[Future[None]] = []

    with ThreadPoolExecutor(1) as pool:

        def look_while_a_push_begins(
            query: str, ids: NDArray[np.int32], *more: datetime
        ) -> NDArray[np.int32]:
            if not pushes:
                pushes.append(pool.submit(pushing.run, series_id))
                wait_for_a_waiter()
            return look(query, ids, *more)

        monkeypatch.setattr(silent_series, "_select", look_while_a_push_begins)
        assert remove(NOON) == 1
        pushes[0].result(DEADLINE_SECONDS)

    assert pushing.epoch == 1
