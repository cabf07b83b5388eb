"""What is told of a service: from its state, never by a probe."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from alerts.models import MaintenanceWindow
from health.catalogue import ServiceNotWatchedError
from health.selectors import service_report, service_reports
from health.status import Level
from tests.health.factories import NOON, ServiceStateFactory, WatchedServiceFactory

pytestmark = pytest.mark.django_db
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def usual_times(settings: Settings) -> None:
    settings.HEALTH_CHECK_INTERVAL = HALF_MINUTE
    settings.PROBE_TICK = timedelta(seconds=5)


def test_a_report_tells_the_state() -> None:
    service = WatchedServiceFactory.create(
        name="payment", owner="ana", tags=["core"], is_public=True, public_name="Payments"
    )
    ServiceStateFactory.create(
        service=service,
        status="degraded",
        since=NOON - HALF_MINUTE,
        response_time_ms=45.6,
        error_message="slow",
        behind="redis",
        details={"version": "1.0.0"},
        certificate_expires_at=NOON,
    )

    (report,) = service_reports(at=NOON)

    assert report == service_report("payment-service", at=NOON)
    assert (report.level, report.error, report.behind) == (Level.DEGRADED, "slow", "redis")
    assert (report.response_time_ms, report.details) == (46, {"version": "1.0.0"})
    assert (report.since, report.checked_at) == (NOON - HALF_MINUTE, NOON)
    assert report.certificate_expires_at == NOON
    assert (report.kind, report.owner, report.tags) == ("http", "ana", ("core",))
    assert (report.is_public, report.public_name) == (True, "Payments")
    assert report.in_maintenance is False


def test_one_that_was_never_probed_is_degraded() -> None:
    WatchedServiceFactory.create(name="payment")

    report = service_report("payment", at=NOON)

    assert (report.level, report.error, report.checked_at) == (
        Level.DEGRADED,
        "not probed yet",
        None,
    )


@pytest.mark.parametrize(
    ("interval", "age", "is_stale"),
    [
        (None, 90, False),
        (None, 90.001, True),
        (600, 1_800, False),
        (600, 1_800.001, True),
        # Nobody is probed more often than ticks come.
        (5, 15, False),
        (5, 15.001, True),
    ],
)
def test_after_three_missing_probes_nothing_is_known_of_now(
    interval: int | None,
    age: float,
    is_stale: bool,  # noqa: FBT001
) -> None:
    service = WatchedServiceFactory.create(interval_seconds=interval)
    ServiceStateFactory.create(service=service, checked_at=NOON, error_message="")

    (report,) = service_reports(at=NOON + timedelta(seconds=age))

    assert (report.level == Level.DEGRADED) is is_stale
    assert ("are the Celery worker and beat running?" in report.error) is is_stale
    assert report.checked_at == NOON


def test_ticks_that_are_slower_than_the_interval_make_nobody_stale(settings: Settings) -> None:
    settings.HEALTH_CHECK_INTERVAL = timedelta(seconds=1)
    ServiceStateFactory.create(checked_at=NOON)

    (report,) = service_reports(at=NOON + timedelta(seconds=15))

    assert report.level == Level.HEALTHY


def test_maintenance_is_told_and_hides_nothing() -> None:
    ServiceStateFactory.create(service__name="payment", status="unhealthy")
    MaintenanceWindow.objects.create(
        name="upgrade",
        matchers=[{"label": "service_name", "op": "=", "value": "payment-service"}],
        recurrence="FREQ=DAILY;COUNT=1",
        first_start=NOON,
        duration_minutes=60,
        expires_at=NOON + timedelta(days=1),
        owner="ana",
        reason="upgrade",
    )

    now, later = (service_reports(at=at)[0] for at in (NOON, NOON + timedelta(hours=1)))

    assert (now.in_maintenance, now.level) == (True, Level.UNHEALTHY)
    assert later.in_maintenance is False
    assert service_report("payment", at=NOON).in_maintenance is True


def test_disabled_ones_are_not_told_and_not_found() -> None:
    WatchedServiceFactory.create(name="payment", enabled=False)

    assert service_reports(at=NOON) == []
    with pytest.raises(ServiceNotWatchedError):
        service_report("payment", at=NOON)


def test_the_number_of_queries_does_not_grow_with_the_services() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            service_reports(at=NOON)
        return len(captured)

    ServiceStateFactory.create()
    one = queries()
    ServiceStateFactory.create_batch(30)

    assert queries() == one
