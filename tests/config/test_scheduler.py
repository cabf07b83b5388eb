"""Of several beats one ticks: with several schedulers in this process."""

import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import OperationalError
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config import scheduler
from config.celery import app as celery_app
from config.scheduler import STANDBY_SECONDS, Lease, LeasedScheduler, SteadyEntry
from tests.config.leases import break_connection

QUEUE = "lease-test"

pytestmark = pytest.mark.django_db(transaction=True)


class NotingScheduler(LeasedScheduler):
    """Notes the names of the tasks instead of sending them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.sent: list[str] = []
        super().__init__(*args, **kwargs)
        self._finalize.cancel()  # it would write at the end of the suite, to no database

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.sent.append(entry.name)


@pytest.fixture
def schedulers(
    leases: Callable[[], Lease], monkeypatch: pytest.MonkeyPatch
) -> Callable[[], NotingScheduler]:
    """Return what makes a scheduler with the lease of this test."""
    monkeypatch.setattr(scheduler, "Lease", leases)

    def make() -> LeasedScheduler:
        return NotingScheduler(app=celery_app)

    return make


def periodic(name: str, *, every: int = 1, last_run_at: datetime | None = None) -> PeriodicTask:
    interval, _ = IntervalSchedule.objects.get_or_create(
        every=every, period=IntervalSchedule.SECONDS
    )
    return PeriodicTask.objects.create(
        name=name, task="tests.tick", interval=interval, queue=QUEUE, last_run_at=last_run_at
    )


def overdue() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


def test_the_leader_sends_and_the_standby_waits(schedulers: Callable[[], NotingScheduler]) -> None:
    periodic("tick", last_run_at=overdue())
    leader, standby = schedulers(), schedulers()

    leader.tick()

    assert standby.tick() == STANDBY_SECONDS
    assert (leader.sent, standby.sent) == (["tick"], [])


def test_the_standby_takes_over_with_the_schedule_as_it_is_now(
    schedulers: Callable[[], NotingScheduler], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="config.scheduler")
    leader, standby = schedulers(), schedulers()
    leader.tick()
    standby.tick()
    periodic("made while it stood by", last_run_at=overdue())

    leader.close()
    standby.tick()

    assert standby.sent == ["made while it stood by"]
    said = [record.message for record in caplog.records]
    assert said == ["beat leads", "beat stands by: another one leads", "beat leads"]


def test_closing_a_leader_writes_when_its_tasks_ran_last(
    schedulers: Callable[[], NotingScheduler],
) -> None:
    before = overdue()
    row = periodic("tick", last_run_at=before)
    leader = schedulers()
    leader.tick()

    leader.close()

    row.refresh_from_db()
    assert row.last_run_at > before
    assert row.total_run_count == 1


def test_starting_changes_no_row(
    schedulers: Callable[[], NotingScheduler], monkeypatch: pytest.MonkeyPatch
) -> None:
    row = periodic("tick", every=7)
    monkeypatch.setitem(
        celery_app.conf.beat_schedule, "tick", {"task": "tests.other", "schedule": 60.0}
    )

    schedulers().tick()

    row.refresh_from_db()
    assert (row.task, row.interval.every) == ("tests.tick", 7)
    assert PeriodicTask.objects.count() == 1


def test_postgresql_away_is_waited_for(
    schedulers: Callable[[], NotingScheduler],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    periodic("tick", last_run_at=overdue())
    leader = schedulers()

    def away() -> bool:
        raise OperationalError("away")

    with monkeypatch.context() as patch:
        patch.setattr(leader._lease, "hold", away)
        assert leader.tick() == STANDBY_SECONDS

    assert "schedule not read" in caplog.text
    leader.tick()
    assert leader.sent == ["tick"]


def test_a_leader_that_lost_its_lease_sends_nothing_more(
    schedulers: Callable[[], NotingScheduler],
) -> None:
    periodic("tick", last_run_at=overdue())
    leader, standby = schedulers(), schedulers()
    leader.tick()
    break_connection(leader._lease)
    leader.tick()  # finds the connection broken

    standby.tick()

    assert leader.tick() == STANDBY_SECONDS
    assert leader._leads is False


def test_a_task_that_ran_in_the_future_is_due_within_a_period() -> None:
    ahead = datetime.now(UTC) + timedelta(minutes=10)
    entry = SteadyEntry(periodic("tick", every=5, last_run_at=ahead), app=celery_app)

    state = entry.is_due()

    assert not state.is_due
    assert 0 < state.next <= 5


def test_a_task_that_ran_in_the_past_is_left_alone() -> None:
    before = overdue()
    entry = SteadyEntry(periodic("tick", last_run_at=before), app=celery_app)

    assert entry.is_due().is_due
    assert entry.last_run_at == before


@pytest.mark.parametrize(
    ("back_seconds", "plans_expected"), [(600, ["planned"]), (1, []), (-600, [])]
)
def test_a_clock_set_back_makes_the_leader_plan_anew(
    back_seconds: float,
    plans_expected: list[str],
    schedulers: Callable[[], NotingScheduler],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    periodic("tick", every=3_600)
    leader = schedulers()
    leader.tick()
    plans: list[str] = []
    plan = leader.populate_heap

    def populate_heap() -> None:
        plans.append("planned")
        plan()

    monkeypatch.setattr(leader, "populate_heap", populate_heap)
    shifted = SimpleNamespace(time=lambda: time.time() - back_seconds, monotonic=time.monotonic)
    monkeypatch.setattr(scheduler, "time", shifted)

    leader.tick()
    leader.tick()

    assert plans == plans_expected
