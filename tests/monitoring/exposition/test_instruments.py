"""The process-wide instruments: flushed once, kept when the flush fails, apart after a fork."""

import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pytest_django import Settings

from monitoring.errors import DatabaseUnavailableError
from monitoring.exposition import instruments, query_timing
from monitoring.exposition.accumulator import DROPS, Accumulator
from monitoring.models import Latest
from monitoring.query.latest import latest_values
from monitoring.types import IngestReport, ItemError, Origin, Sample

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TASK = {"task": "t", "state": "success"}
WAIT_SECONDS = 10


class Door:
    """Stands in for `ingest`: remembers what came, and fails or refuses on demand."""

    def __init__(self) -> None:
        self.batches: list[list[Sample]] = []
        self.error: Exception | None = None
        self.rejected: tuple[ItemError, ...] = ()
        self.opened = threading.Event()

    def __call__(self, samples: Sequence[Sample], *, origin: Origin, at: datetime) -> IngestReport:
        assert origin is Origin.COLLECTOR
        assert {one.at for one in samples} == {at}
        self.opened.set()
        if self.error is not None:
            raise self.error
        self.batches.append(list(samples))
        return IngestReport(len(samples) - len(self.rejected), self.rejected)


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    stub = Door()
    monkeypatch.setattr(instruments, "ingest", stub)
    return stub


@pytest.mark.django_db(transaction=True)
def test_two_flushes_add_up_to_the_running_total(gathered: Accumulator) -> None:
    at = timezone.now()
    instruments.count("celery_tasks_total", TASK, 2)
    instruments.flush(at)
    instruments.count("celery_tasks_total", TASK)
    instruments.flush(at + timedelta(seconds=1))

    (latest,) = latest_values(metrics=["celery_tasks_total"])

    assert (latest.value, latest.series.service) == (3, settings.SERVICE_NAME)
    assert dict(latest.series.labels) == TASK


@pytest.mark.django_db(transaction=True)
def test_a_histogram_is_stored_as_buckets_sum_and_count(gathered: Accumulator) -> None:
    for took in (7.0, 70.0):
        instruments.observe("celery_task_duration_ms", {"task": "t"}, took)

    instruments.flush(timezone.now())

    stored = {
        (one.series.metric, one.series.labels.get("le")): one.value
        for one in latest_values(service=settings.SERVICE_NAME)
    }
    assert stored["celery_task_duration_ms_bucket", "10"] == 1
    assert stored["celery_task_duration_ms_bucket", "100"] == 2
    assert stored["celery_task_duration_ms_bucket", "+Inf"] == 2
    assert stored["celery_task_duration_ms_sum", None] == 77
    assert stored["celery_task_duration_ms_count", None] == 2


@pytest.mark.django_db(transaction=True)
def test_a_flush_does_not_time_its_own_queries(gathered: Accumulator) -> None:
    query_timing.install()
    Latest.objects.count()
    instruments.flush(timezone.now())

    assert not gathered.take().distributions


def test_nothing_gathered_is_nothing_flushed(gathered: Accumulator, door: Door) -> None:
    assert instruments.flush(NOON) == 0
    assert door.batches == []


def test_a_failed_flush_loses_nothing(gathered: Accumulator, door: Door) -> None:
    instruments.count("celery_tasks_total", TASK)
    door.error = DatabaseUnavailableError("away")
    with pytest.raises(DatabaseUnavailableError):
        instruments.flush(NOON)
    instruments.count("celery_tasks_total", TASK)
    door.error = None

    assert instruments.flush(NOON) == 1
    assert [[one.value for one in batch] for batch in door.batches] == [[2]]


def test_what_ingest_refuses_is_counted(gathered: Accumulator, door: Door) -> None:
    door.rejected = (ItemError(0, "another type has the name"),)
    instruments.count("celery_tasks_total", TASK)

    assert instruments.flush(NOON) == 0
    assert gathered.take().drops == {instruments.REFUSED: 1}


def test_counting_within_a_flush_does_not_wait_for_it(
    gathered: Accumulator, door: Door, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.INSTRUMENT_FLUSH_INTERVAL = timedelta(hours=1)

    def ingest(*args: Any, **kwargs: Any) -> IngestReport:
        assert instruments.is_flushing()
        instruments.count("ingest_samples_total", {"origin": "collector", "outcome": "stored"})
        return door(*args, **kwargs)

    gathered.count("celery_tasks_total", TASK, 1)  # past the function that would start the thread
    monkeypatch.setattr(instruments, "ingest", ingest)

    instruments.flush(NOON)

    assert not instruments.is_flushing()
    assert [key[0] for key in gathered.take().counters] == ["ingest_samples_total"]


def test_the_first_update_starts_a_thread_that_flushes(
    gathered: Accumulator, door: Door, settings: Settings
) -> None:
    settings.INSTRUMENT_FLUSH_INTERVAL = timedelta(milliseconds=20)

    instruments.count("celery_tasks_total", TASK)

    assert door.opened.wait(WAIT_SECONDS)
    instruments.stop()
    metrics = {one.metric for batch in door.batches for one in batch}
    assert metrics == {"celery_tasks_total", instruments.LAG}


def test_the_thread_outlives_a_failed_flush(
    gathered: Accumulator, door: Door, settings: Settings
) -> None:
    settings.INSTRUMENT_FLUSH_INTERVAL = timedelta(milliseconds=20)
    door.error = RuntimeError("a fault")
    instruments.observe("celery_task_duration_ms", {"task": "t"}, 1)
    assert door.opened.wait(WAIT_SECONDS)

    door.error = None
    door.opened.clear()

    assert door.opened.wait(WAIT_SECONDS)


def test_stopping_flushes_what_is_left(
    gathered: Accumulator, door: Door, settings: Settings
) -> None:
    settings.INSTRUMENT_FLUSH_INTERVAL = timedelta(hours=1)
    instruments.measure("queue_size", {"queue_name": "kafka"}, 5)

    instruments.stop()

    assert [[one.value for one in batch] for batch in door.batches] == [[5]]


def test_no_thread_starts_while_flushing_is_switched_off(
    gathered: Accumulator, door: Door, settings: Settings
) -> None:
    settings.INSTRUMENT_FLUSH_INTERVAL = timedelta(0)

    instruments.count("celery_tasks_total", TASK)

    assert instruments._flusher is None


def test_a_forked_child_starts_with_nothing_and_the_parent_keeps_its_own(
    gathered: Accumulator, door: Door
) -> None:
    instruments.count("celery_tasks_total", TASK, 5)
    with instruments._flush_lock, instruments._start_lock:  # held by a thread the child has not
        child = os.fork()
        if child == 0:
            instruments.count("celery_tasks_total", TASK, 7)
            instruments.flush(NOON)
            values = [one.value for batch in door.batches for one in batch]
            os._exit(int(values[0]) if len(values) == 1 else 99)

    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 7
    instruments.flush(NOON)
    assert [[one.value for one in batch] for batch in door.batches] == [[5]]


def test_a_wrong_name_never_raises_and_is_counted(gathered: Accumulator, door: Door) -> None:
    instruments.count("unheard_of", {})
    instruments.flush(NOON)

    ((dropped,),) = door.batches
    assert (dropped.metric, dropped.labels, dropped.value) == (
        DROPS,
        {"reason": "unknown_metric"},
        1,
    )
