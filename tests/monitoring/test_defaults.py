"""What a new installation starts with, and that a second start changes nothing a person did."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks
from pytest_django import Settings

from monitoring.defaults import expiry_seconds, load_defaults
from monitoring.models import Metric
from monitoring.names import CATALOGUE, spec_of
from monitoring.types import MetricType

pytestmark = pytest.mark.django_db


def test_every_name_of_the_catalogue_is_created_with_its_description() -> None:
    load_defaults()

    created = Metric.objects.get(name="http_request_duration_ms")
    spec = spec_of(created.name)
    assert spec is not None
    assert (created.type, created.unit, created.help) == (spec.type, spec.unit, spec.help)
    assert created.labels == list(spec.labels)
    assert Metric.objects.count() == len(CATALOGUE)


def test_a_name_that_was_pushed_before_keeps_its_type() -> None:
    Metric.objects.create(name="service_up", type=MetricType.COUNTER)

    load_defaults()

    assert Metric.objects.get(name="service_up").type == MetricType.COUNTER


def test_every_periodic_task_is_created_with_its_period_and_an_expiry_within_it() -> None:
    load_defaults()

    for name, (task, period) in configured.PERIODIC_TASKS.items():
        row = PeriodicTask.objects.get(name=name)
        assert row.task == task
        assert row.enabled
        assert row.interval.schedule.run_every == period
        assert 0 < row.expire_seconds < period.total_seconds()


def test_a_second_load_creates_nothing_and_leaves_a_persons_changes() -> None:
    load_defaults()
    hour = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.HOURS)
    changed = PeriodicTask.objects.get(name="Collect system metrics")
    changed.enabled, changed.interval = False, hour
    changed.save()
    before = PeriodicTask.objects.count()

    line = load_defaults()

    changed.refresh_from_db()
    assert (changed.enabled, changed.interval, changed.expire_seconds) == (False, hour, 54)
    assert PeriodicTask.objects.count() == before
    assert line == "metric names: 0 created; periodic tasks: 0 created"


def test_the_line_says_how_much_was_created() -> None:
    tasks = len(configured.PERIODIC_TASKS)

    assert load_defaults() == (
        f"metric names: {len(CATALOGUE)} created; periodic tasks: {tasks} created"
    )


def test_a_period_of_less_than_a_second_is_kept_exactly(settings: Settings) -> None:
    settings.PERIODIC_TASKS = {"Often": ("t", timedelta(milliseconds=2_500))}

    load_defaults()

    row = PeriodicTask.objects.get(name="Often")
    assert row.interval.schedule.run_every == timedelta(milliseconds=2_500)


def test_an_interval_that_the_admin_made_twice_is_no_obstacle(settings: Settings) -> None:
    for _ in range(2):
        IntervalSchedule.objects.create(every=60, period=IntervalSchedule.SECONDS)
    settings.PERIODIC_TASKS = {"Each minute": ("t", timedelta(minutes=1))}

    load_defaults()

    assert IntervalSchedule.objects.filter(every=60).count() == 2


@pytest.mark.parametrize(
    ("seconds", "expiry"), [(0.5, 1), (1, 1), (2, 1), (10, 9), (30, 27), (60, 54), (3_600, 3_240)]
)
def test_a_task_expires_before_the_next_one_is_due(seconds: float, expiry: int) -> None:
    assert expiry_seconds(timedelta(seconds=seconds)) == expiry


def old_probes(**fields: Any) -> PeriodicTask:
    """Return the row that older versions made for the probes."""
    every = fields.pop("every", 30)
    interval = IntervalSchedule.objects.create(every=every, period=IntervalSchedule.SECONDS)
    fields = {"task": "health.probe_services", "expire_seconds": 27, **fields}
    return PeriodicTask.objects.create(name="Probe services", interval=interval, **fields)


def test_a_row_of_an_older_version_is_renamed_and_takes_the_period_of_today() -> None:
    row = old_probes()

    load_defaults()

    row.refresh_from_db()
    assert (row.name, row.enabled) == ("Probe due services", True)
    assert row.interval.schedule.run_every == configured.PROBE_TICK
    assert row.expire_seconds == expiry_seconds(configured.PROBE_TICK)
    assert PeriodicTask.objects.filter(task="health.probe_services").count() == 1


def test_a_renamed_row_that_a_person_switched_off_stays_off() -> None:
    row = old_probes(enabled=False)

    load_defaults()

    row.refresh_from_db()
    assert (row.name, row.enabled) == ("Probe due services", False)


def test_a_renamed_row_keeps_the_period_that_a_person_gave_it() -> None:
    row = old_probes(every=45, expire_seconds=40)

    load_defaults()

    row.refresh_from_db()
    assert (row.name, row.interval.every, row.expire_seconds) == ("Probe due services", 45, 40)


def test_an_old_row_beside_the_new_one_goes() -> None:
    load_defaults()
    old_probes()

    load_defaults()

    names = PeriodicTask.objects.filter(task="health.probe_services").values_list("name", flat=True)
    assert list(names) == ["Probe due services"]


def test_a_running_beat_learns_of_a_renamed_row() -> None:
    old_probes()
    PeriodicTasks.objects.update(last_update=datetime(2026, 1, 1, tzinfo=UTC))

    load_defaults()

    assert PeriodicTasks.last_change() > datetime(2026, 6, 1, tzinfo=UTC)
