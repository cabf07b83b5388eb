"""The instruments are switched on where the service serves, and handed over when it ends."""

from collections.abc import Iterator

import pytest
from celery import signals
from django.core.signals import request_started
from django.db import connection
from django.db.backends.signals import connection_created

from monitoring import startup
from monitoring.exposition import instruments, query_timing
from monitoring.ingest import tally
from monitoring.storage import damage
from monitoring.streams import tee


@pytest.fixture
def untimed() -> Iterator[None]:
    """Take query timing off, as in a process that has served nothing yet; leave it as it was."""
    wrappers = list(connection.execute_wrappers)
    connection_created.disconnect(dispatch_uid="monitoring.query_timing")
    connection.execute_wrappers.clear()
    yield
    connection.execute_wrappers[:] = wrappers


def is_timed() -> bool:
    return query_timing.time_query in connection.execute_wrappers


@pytest.mark.django_db
@pytest.mark.usefixtures("untimed")
def test_the_first_request_switches_query_timing_on_once() -> None:
    startup.connect()
    assert not is_timed()

    request_started.send(sender=object)
    assert is_timed()

    connection.execute_wrappers.clear()
    request_started.send(sender=object)
    assert not is_timed()


@pytest.mark.django_db
@pytest.mark.usefixtures("untimed")
def test_a_worker_that_starts_switches_query_timing_on() -> None:
    startup.connect()

    signals.worker_init.send(sender=object)

    assert is_timed()


@pytest.mark.parametrize("ending", [signals.worker_process_shutdown, signals.worker_shutdown])
def test_a_worker_that_ends_hands_everything_over(
    ending: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[str] = []
    monkeypatch.setattr(instruments, "stop", lambda: ended.append("instruments"))
    monkeypatch.setattr(tee, "stop", lambda: ended.append("tee"))
    startup.connect()

    ending.send(sender=object, pid=1, exitcode=0)  # type: ignore[attr-defined]

    assert ended == ["instruments", "tee"]


def test_the_door_counts_into_the_instruments_once() -> None:
    startup.connect()
    startup.connect()

    assert tally.sinks.count(instruments.count) == 1
    assert damage.sinks.count(instruments.count) == 1
