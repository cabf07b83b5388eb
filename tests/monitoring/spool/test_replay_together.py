"""Of several processes that share a spool one empties it at a time."""

import threading
from pathlib import Path

import pytest
from django.db import connection

from monitoring.spool import replay as module
from monitoring.spool.files import SpoolFiles
from monitoring.spool.replay import Replayed, replay
from tests.monitoring.factories import counter
from tests.monitoring.ingest.pushing import only
from tests.monitoring.spool.kept import put


@pytest.mark.django_db(transaction=True)
def test_of_two_that_replay_at_once_one_does_the_work(files: SpoolFiles) -> None:
    for _ in range(20):
        put(files, counter(1))
    done: list[Replayed] = []
    together = threading.Barrier(2)

    def run() -> None:
        together.wait()
        try:
            done.append(replay(files))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    # Whoever comes later finds the lock held, or nothing left.
    assert sorted(each.records for each in done) == [0, 20]
    assert only().value == 20


@pytest.mark.django_db
def test_a_directory_that_another_process_works_at_is_left_to_it(files: SpoolFiles) -> None:
    put(files, counter(1))

    with module._alone(files.directory) as is_alone:
        assert is_alone
        assert replay(files) == Replayed()

    assert replay(files).records == 1


def test_the_lock_is_the_directorys_own(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()

    with module._alone(tmp_path / "a") as first, module._alone(tmp_path / "b") as second:
        assert first
        assert second
