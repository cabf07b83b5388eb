"""The Celery edge: slots, retries while PostgreSQL is away, names and limits."""

from collections.abc import Iterator
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
from monitoring.exposition import instruments
from monitoring.retry import TRANSIENT
from monitoring.storage import rollups, sealing
from monitoring.storage.maintenance import MaintenanceReport
from monitoring.storage.sealing import SealReport
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


class Maintenance:
    """Stands in for `maintain`: remembers the instants and reports what it is told to."""

    def __init__(self, report: MaintenanceReport) -> None:
        self.instants: list[datetime] = []
        self.report = report

    def __call__(self, at: datetime) -> MaintenanceReport:
        self.instants.append(at)
        return self.report


def maintained(
    monkeypatch: pytest.MonkeyPatch, report: MaintenanceReport
) -> tuple[Maintenance, dict[str, float]]:
    """Run the task on a report; return the stub and what was measured and counted."""
    stub = Maintenance(report)
    told: dict[str, float] = {}
    monkeypatch.setattr(tasks, "maintain", stub)

    def tell(metric: str, _labels: dict[str, str], value: float) -> None:
        told[metric] = value

    monkeypatch.setattr(instruments, "measure", tell)
    monkeypatch.setattr(instruments, "count", tell)
    tasks.maintain_partitions.apply()
    return stub, told


def test_maintenance_runs_for_the_present_instant(monkeypatch: pytest.MonkeyPatch) -> None:
    stub, _ = maintained(monkeypatch, MaintenanceReport())

    (at,) = stub.instants
    assert abs(at - timezone.now()) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("report", "told"),
    [
        (MaintenanceReport(), {"storage_overdue_samples": 0}),
        (
            MaintenanceReport(overdue_samples=5, lost_samples=3),
            {"storage_overdue_samples": 5, "storage_lost_samples_total": 3},
        ),
        (MaintenanceReport(is_busy=True), {}),
    ],
)
def test_samples_that_were_never_sealed_are_told(
    report: MaintenanceReport, told: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert maintained(monkeypatch, report)[1] == told


def test_maintenance_is_tried_again_while_a_partition_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stub, _ = maintained(monkeypatch, MaintenanceReport(missing=("segment_20260302",)))

    assert len(stub.instants) == 1 + TRANSIENT["max_retries"]


def test_roll_ups_are_made_for_the_present_instant_within_the_limit_of_the_task(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[datetime, timedelta]] = []
    monkeypatch.setattr(rollups, "roll_up", lambda *, at, budget: asked.append((at, budget)))

    tasks.roll_up.apply(throw=True)

    ((at, budget),) = asked
    assert abs(at - timezone.now()) < timedelta(minutes=1)
    assert timedelta(0) < budget < timedelta(seconds=tasks.roll_up.soft_time_limit)


def test_what_is_sealed_is_counted_run_by_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[datetime, timedelta]] = []
    told: list[tuple[str, float]] = []

    def seal_waiting(*, at: datetime, budget: timedelta) -> Iterator[SealReport]:
        asked.append((at, budget))
        yield SealReport(segments=3, samples=500, seconds=0.5, has_more=True)
        yield SealReport(segments=1, samples=20, seconds=0.1)
        yield SealReport()
        yield SealReport(is_busy=True)

    monkeypatch.setattr(sealing, "seal_waiting", seal_waiting)
    for instrument in ("count", "observe"):
        monkeypatch.setattr(
            instruments, instrument, lambda name, _, value: told.append((name, value))
        )

    tasks.seal_segments.apply(throw=True)

    ((at, budget),) = asked
    assert abs(at - timezone.now()) < timedelta(minutes=1)
    assert timedelta(0) < budget < timedelta(seconds=tasks.seal_segments.soft_time_limit)
    assert told == [
        ("storage_sealed_samples_total", 500),
        ("storage_seal_duration_seconds", 0.5),
        ("storage_sealed_samples_total", 20),
        ("storage_seal_duration_seconds", 0.1),
    ]
