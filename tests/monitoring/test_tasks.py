"""The Celery edge: slots, retries while PostgreSQL is away, names and limits."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from celery import Task, current_app
from celery.exceptions import Retry
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from monitoring import tasks
from monitoring.errors import DatabaseUnavailableError
from monitoring.retry import TRANSIENT
from monitoring.storage.locks import HeldElsewhereError
from monitoring.types import IngestReport

SLOT = "2026-03-02T12:00:00+00:00"
COLLECTING = [
    (tasks.collect_system, "system"),
    (tasks.collect_databases, "databases"),
    (tasks.collect_own, "own"),
    (tasks.collect_derived, "derived"),
]


class Gathering:
    """Stands in for `gather`: remembers what was asked for, and fails on demand."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, datetime, datetime]] = []
        self.error: Exception | None = None

    def __call__(self, group: str, *, slot: datetime, at: datetime) -> IngestReport:
        self.asked.append((group, slot, at))
        if self.error is not None:
            raise self.error
        return IngestReport(1)


@pytest.fixture
def gathering(monkeypatch: pytest.MonkeyPatch) -> Gathering:
    stub = Gathering()
    monkeypatch.setattr(tasks, "gather", stub)
    return stub


@pytest.mark.parametrize(("task", "group"), COLLECTING)
def test_a_task_collects_its_group_for_the_slot_it_is_given(
    task: Task[..., None], group: str, gathering: Gathering
) -> None:
    task.apply(kwargs={"slot": SLOT}, throw=True)

    ((asked, slot, _),) = gathering.asked
    assert (asked, slot) == (group, datetime(2026, 3, 2, 12, tzinfo=UTC))


def test_without_a_slot_it_is_the_current_one(gathering: Gathering) -> None:
    tasks.collect_system.apply(throw=True)

    ((_, slot, at),) = gathering.asked
    period = settings.METRIC_COLLECTION_INTERVAL
    assert timedelta(0) <= at - slot < period
    assert slot.timestamp() % period.total_seconds() == 0


@pytest.mark.parametrize(
    "error", [OperationalError("away"), DatabaseUnavailableError("away"), ConnectionError("away")]
)
@pytest.mark.parametrize(("task", "group"), COLLECTING)
def test_a_store_that_is_away_is_tried_again_with_the_same_slot(
    task: Task[..., None], group: str, error: Exception, gathering: Gathering
) -> None:
    gathering.error = error

    task.apply(kwargs={"slot": SLOT})

    slots = {slot for _, slot, _ in gathering.asked}
    assert len(gathering.asked) == 1 + TRANSIENT["max_retries"]
    assert slots == {datetime(2026, 3, 2, 12, tzinfo=UTC)}


def test_a_fault_is_not_tried_again(gathering: Gathering) -> None:
    gathering.error = ValueError("a fault")

    result = tasks.collect_system.apply(kwargs={"slot": SLOT})

    assert len(gathering.asked) == 1
    assert not isinstance(result.result, Retry)


def test_a_slot_that_is_no_instant_is_a_fault(gathering: Gathering) -> None:
    result = tasks.collect_system.apply(kwargs={"slot": "noon"})

    assert isinstance(result.result, ValueError)
    assert gathering.asked == []


@pytest.mark.parametrize(
    ("name", "period"),
    [entry for entry in settings.PERIODIC_TASKS.values() if entry[0].startswith("monitoring.")],
)
def test_every_periodic_task_exists_expires_and_is_limited(name: str, period: timedelta) -> None:
    task: Any = current_app.tasks[name]

    assert 0 < task.expires <= period.total_seconds()
    assert 0 < task.soft_time_limit < task.time_limit
    assert task.time_limit < settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]


def test_maintenance_runs_for_the_present_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    instants: list[datetime] = []
    monkeypatch.setattr(tasks, "maintain", instants.append)

    tasks.maintain_partitions.apply(throw=True)

    (at,) = instants
    assert abs(at - timezone.now()) < timedelta(minutes=1)


def test_maintenance_is_tried_again_while_a_reader_holds_the_table(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    instants: list[datetime] = []

    def held(at: datetime) -> None:
        instants.append(at)
        raise HeldElsewhereError

    monkeypatch.setattr(tasks, "maintain", held)

    tasks.maintain_partitions.apply()

    assert len(instants) == 1 + TRANSIENT["max_retries"]
