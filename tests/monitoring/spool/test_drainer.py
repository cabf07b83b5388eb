"""The thread that empties the spool: one in a process, and nothing ends it but the process."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from monitoring.spool import drainer
from monitoring.spool.drainer import Drainer, drain
from monitoring.spool.files import SpoolFiles
from tests.monitoring.factories import counter
from tests.monitoring.ingest.pushing import only
from tests.monitoring.spool.conftest import Away
from tests.monitoring.spool.kept import put
from tests.monitoring.waiting import until


@pytest.fixture
def none_runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin without a drainer in this process; one that the test starts is stopped."""
    monkeypatch.setattr(drainer, "_drainer", None)
    yield
    if drainer._drainer is not None:
        drainer._drainer.stop()


def drainers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "spool"]


@pytest.mark.django_db(transaction=True)
def test_what_waits_is_stored_without_anybody_asking(files: SpoolFiles) -> None:
    put(files, counter(5))
    thread = Drainer(files, interval_seconds=0.01)
    thread.start()

    try:
        assert until(lambda: not files.waiting())
    finally:
        thread.stop()

    assert only().value == 5
    assert drainers() == []


def test_it_outlives_what_breaks_one_run(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    files.append(b"something")
    runs: list[SpoolFiles] = []

    def breaks(found: SpoolFiles) -> None:
        runs.append(found)
        raise ZeroDivisionError

    monkeypatch.setattr(drainer, "drain", breaks)
    thread = Drainer(files, interval_seconds=0.01)
    thread.start()

    try:
        assert until(lambda: len(runs) > 1)
    finally:
        thread.stop()

    assert "the spool was not emptied" in caplog.messages


def test_it_outlives_a_directory_that_cannot_be_read(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[None] = []

    def unreadable(_files: SpoolFiles) -> None:
        looks.append(None)
        raise PermissionError

    monkeypatch.setattr(SpoolFiles, "waiting", unreadable)
    thread = Drainer(files, interval_seconds=0.01)
    thread.start()

    try:
        assert until(lambda: len(looks) > 1)
    finally:
        thread.stop()


def test_the_database_is_not_asked_while_nothing_waits(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[None] = []
    monkeypatch.setattr(drainer, "drain", lambda _files: pytest.fail("nothing waits"))

    def nothing(_files: SpoolFiles) -> list[Path]:
        looks.append(None)
        return []

    monkeypatch.setattr(SpoolFiles, "waiting", nothing)
    thread = Drainer(files, interval_seconds=0.01)
    thread.start()

    try:
        assert until(lambda: len(looks) > 2)
    finally:
        thread.stop()


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_it_says_that_samples_wait(
    files: SpoolFiles, away: Away, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    put(files, counter(5))

    with away():
        drain(files)
    assert "spooled samples wait" in caplog.messages
    assert "spooled samples stored" not in caplog.messages

    drain(files)
    connection.close()
    assert "spooled samples stored" in caplog.messages
    assert files.waiting() == []


@pytest.mark.usefixtures("spool", "none_runs")
def test_it_starts_once() -> None:
    drainer.start()
    drainer.start()

    assert len(drainers()) == 1


@pytest.mark.usefixtures("none_runs")
def test_without_a_spool_none_starts() -> None:
    drainer.start()

    assert drainers() == []


@pytest.mark.usefixtures("spool", "none_runs")
def test_after_a_fork_the_child_starts_its_own() -> None:
    drainer.start()
    reader, writer = os.pipe()

    child = os.fork()
    if child == 0:  # only what cannot fail: an exception would run the parent's tests a second time
        before = len(drainers())
        drainer.start()
        os.write(writer, f"{before} {len(drainers())}".encode())
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)

    assert os.read(reader, 100) == b"0 1"
    os.close(reader)
    assert len(drainers()) == 1
