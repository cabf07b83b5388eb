"""Jobs that call: what each call does at once, and what a look finds later; on real PostgreSQL."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from health.models import ServiceFlip, ServiceHealth, ServiceState, WatchedService
from health.services.heartbeats import (
    FAILURE,
    SUCCESS,
    HeartbeatNotFoundError,
    exited,
    note_call,
    note_start,
)
from health.services.probing import probe_due, probe_services
from monitoring.query.latest import latest_values
from tests.health.factories import NOON, WatchedServiceFactory

pytestmark = pytest.mark.django_db
MINUTE, TICK = timedelta(minutes=1), timedelta.resolution


def job(name: str = "backup", **fields: Any) -> WatchedService:
    """Return a job that has to call each hour, with a grace of five minutes; watched since noon."""
    fields = {"heartbeat_period_seconds": 3_600, "heartbeat_grace_seconds": 300, **fields}
    service = WatchedServiceFactory.create(name=name, kind="heartbeat", url="", **fields)
    WatchedService.objects.filter(pk=name).update(created_at=NOON)
    service.refresh_from_db()
    return service


def state(name: str = "backup") -> ServiceState:
    return ServiceState.objects.get(pk=name)


def up() -> list[tuple[float, datetime]]:
    return [(value.value, value.at) for value in latest_values(metrics=["service_up"])]


def test_a_call_is_success_at_once() -> None:
    service = job()

    note_call(service.heartbeat_key, SUCCESS, at=NOON + MINUTE)

    now = state()
    assert (now.status, now.last_heartbeat_at) == ("healthy", NOON + MINUTE)
    row = ServiceHealth.objects.get()
    assert (row.status, row.checked_at, row.failed) == ("healthy", NOON + MINUTE, False)
    assert up() == [(1.0, NOON + MINUTE)]
    (value,) = latest_values(metrics=["service_up"])
    assert value.series.labels == {"service": "backup"}


def test_the_time_from_start_to_end_is_the_response_time() -> None:
    service = job()

    note_start(service.heartbeat_key, at=NOON)
    note_call(service.heartbeat_key, SUCCESS, at=NOON + timedelta(seconds=1.5))

    assert (state().response_time_ms, state().running_since) == (1_500.0, None)
    row = ServiceHealth.objects.latest("checked_at")
    assert row.response_time_ms == 1_500


def test_an_end_without_a_start_has_no_response_time() -> None:
    service = job()
    note_start(service.heartbeat_key, at=NOON)
    note_call(service.heartbeat_key, SUCCESS, at=NOON + MINUTE)

    note_call(service.heartbeat_key, SUCCESS, at=NOON + 2 * MINUTE)

    assert state().response_time_ms is None


def test_a_clock_that_was_set_back_during_a_run_makes_no_negative_time() -> None:
    service = job()
    note_start(service.heartbeat_key, at=NOON)

    note_call(service.heartbeat_key, SUCCESS, at=NOON - MINUTE)

    assert state().response_time_ms == 0.0


@pytest.mark.parametrize(
    ("call", "error", "metadata"),
    [
        (FAILURE, "the job reports that it failed", {}),
        (exited(1), "the job ended with exit code 1", {"exit_code": 1}),
        (exited(255), "the job ended with exit code 255", {"exit_code": 255}),
    ],
)
def test_a_reported_failure_is_unhealthy_at_once_and_until_the_next_success(
    call: Any, error: str, metadata: dict[str, int]
) -> None:
    service = job()
    note_call(service.heartbeat_key, SUCCESS, at=NOON)

    note_call(service.heartbeat_key, call, at=NOON + MINUTE)

    assert (state().status, state().error_message) == ("unhealthy", error)
    assert ServiceHealth.objects.latest("checked_at").metadata == metadata
    assert up() == [(0.0, NOON + MINUTE)]
    probe_services(at=NOON + 2 * MINUTE)
    assert (state().status, state().error_message) == ("unhealthy", error)

    note_call(service.heartbeat_key, exited(0), at=NOON + 3 * MINUTE)

    assert (state().status, state().error_message) == ("healthy", "")
    flips = ServiceFlip.objects.order_by("at").values_list("was", "status")
    assert [status for _, status in flips] == ["healthy", "unhealthy", "healthy"]


def test_a_job_that_stops_calling_is_unhealthy_once_the_grace_has_passed() -> None:
    service = job()
    note_call(service.heartbeat_key, SUCCESS, at=NOON)

    statuses = [
        probe_services(at=at)[0].status
        for at in (NOON + 65 * MINUTE - TICK, NOON + 65 * MINUTE, NOON + 65 * MINUTE + TICK)
    ]

    assert statuses == ["healthy", "healthy", "unhealthy"]
    assert "last call 2026-11-23 12:00:00 UTC" in state().error_message
    assert state().last_heartbeat_at == NOON
    assert ServiceHealth.objects.latest("checked_at").failed is True


def test_a_job_that_never_called_is_neither_healthy_nor_down_before_its_first_call_is_late() -> (
    None
):
    job()

    statuses = [
        (probe_services(at=at)[0].status, state().error_message)
        for at in (NOON + TICK, NOON + 65 * MINUTE)
    ]

    assert statuses == [("degraded", "not called yet")] * 2
    assert probe_services(at=NOON + 65 * MINUTE + TICK)[0].status == "unhealthy"


def test_a_run_that_hangs_is_late_after_the_grace() -> None:
    service = job()
    note_call(service.heartbeat_key, SUCCESS, at=NOON)
    note_start(service.heartbeat_key, at=NOON + MINUTE)

    assert probe_services(at=NOON + 6 * MINUTE)[0].status == "healthy"
    assert probe_services(at=NOON + 6 * MINUTE + TICK)[0].status == "unhealthy"


def test_a_start_changes_no_standing_and_begins_a_first_one() -> None:
    service = job()

    note_start(service.heartbeat_key, at=NOON)
    note_start(service.heartbeat_key, at=NOON + MINUTE)

    assert (state().status, state().error_message) == ("degraded", "not called yet")
    assert (state().running_since, state().since) == (NOON + MINUTE, NOON)
    assert ServiceHealth.objects.count() == 1


def test_jobs_are_looked_at_by_ticks_as_often_as_services_are_whatever_their_interval_says() -> (
    None
):
    job(interval_seconds=86_400)

    rows = [row for tick in range(24) for row in probe_due(at=NOON + tick * timedelta(seconds=5))]

    assert len(rows) in {4, 5}  # two minutes, each half minute
    assert {row.holds_seconds for row in rows} == {30}


def test_a_look_for_an_instant_before_the_last_call_is_no_news() -> None:
    service = job()
    note_call(service.heartbeat_key, FAILURE, at=NOON + TICK)

    assert probe_services(at=NOON) == []
    assert state().checked_at == NOON + TICK


def test_a_schedule_that_cannot_be_read_is_said() -> None:
    job(heartbeat_cron="every day", heartbeat_period_seconds=None)

    (row,) = probe_services(at=NOON)

    assert row.status == "degraded"
    assert "no schedule: 'every day'" in (row.error_message or "")


def test_cron_and_time_zone_of_the_row_count() -> None:
    service = job(heartbeat_cron="30 2 * * *", heartbeat_time_zone="Europe/Berlin")
    note_call(service.heartbeat_key, SUCCESS, at=NOON)

    due = datetime.fromisoformat("2026-11-24T01:35:00+00:00")
    assert probe_services(at=due)[0].status == "healthy"
    assert probe_services(at=due + TICK)[0].status == "unhealthy"


def test_calls_of_a_disabled_job_are_kept_and_judged_by_nobody() -> None:
    service = job()
    note_call(service.heartbeat_key, SUCCESS, at=NOON)
    WatchedService.objects.update(enabled=False)

    note_start(service.heartbeat_key, at=NOON + MINUTE)
    note_call(service.heartbeat_key, FAILURE, at=NOON + 2 * MINUTE)

    assert (state().status, state().heartbeat_error) == ("healthy", FAILURE.error)
    assert state().last_heartbeat_at == NOON + 2 * MINUTE
    assert ServiceHealth.objects.count() == 1


def test_an_unknown_key_is_not_found_and_a_key_of_what_is_probed_neither() -> None:
    probed = WatchedServiceFactory.create(name="payment")
    probed.refresh_from_db()

    for key in (uuid.uuid4(), probed.heartbeat_key):
        with pytest.raises(HeartbeatNotFoundError):
            note_call(key, SUCCESS, at=NOON)
        with pytest.raises(HeartbeatNotFoundError):
            note_start(key, at=NOON)
    assert not ServiceState.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_calls_and_looks_at_the_same_time_lose_nothing() -> None:
    """Each writer settles against what the one before it wrote; the newest call is the one that is kept."""
    service = job()
    key = service.heartbeat_key

    def run(n: int) -> None:
        try:
            if n % 3:
                note_call(key, SUCCESS if n % 2 else FAILURE, at=NOON + n * MINUTE)
            else:
                probe_services(at=NOON + n * MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, range(30)))

    flips = list(ServiceFlip.objects.order_by("pk").values_list("was", "status"))
    assert all(later[0] == earlier[1] for earlier, later in pairwise(flips))
    assert flips[-1][1] == state().status
