"""Buckets as rows: written once, changed while late news can still change them."""

from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from health.latency.histogram import LatencyHistogram
from health.models import HealthCursor, SlaBucket, WatchedService
from health.services.sla_buckets import late_by, write_buckets
from tests.alerts.muting_rows import matcher, window
from tests.health.factories import WatchedServiceFactory
from tests.health.sla.marks_text import marks
from tests.health.sla.rows import NOON, bucket, probe_rows, requests, since

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
BUCKET = timedelta(minutes=5)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def payment() -> WatchedService:
    return WatchedServiceFactory.create(name="payment")


def test_a_bucket_that_is_over_is_written(payment: WatchedService) -> None:
    since(NOON)
    probe_rows("payment", marks("uuuusfDDuu", NOON))

    write_buckets(at=NOON + BUCKET)

    row = bucket()
    assert (row.up_ms, row.down_ms, row.degraded_ms) == (210_000, 90_000, 30_000)
    assert (row.unknown_ms, row.maintenance_ms) == (0, 0)
    assert (row.probes, row.failed_probes) == (10, 3)
    assert LatencyHistogram.from_json(row.probe_latency).count == 7


def test_a_bucket_that_is_not_over_is_not_written(payment: WatchedService) -> None:
    since(NOON)

    write_buckets(at=NOON + BUCKET - timedelta(milliseconds=1))

    assert not SlaBucket.objects.exists()


def test_nothing_is_done_twice_for_the_same_bucket(payment: WatchedService) -> None:
    since(NOON)
    assert write_buckets(at=NOON + BUCKET) > 0

    assert write_buckets(at=NOON + BUCKET + MINUTE) == 0


def test_an_installation_begins_with_the_bucket_that_is_running(payment: WatchedService) -> None:
    assert write_buckets(at=NOON + MINUTE) == 0

    assert HealthCursor.objects.get(name="sla_buckets").at == NOON


def test_a_run_that_flips_later_is_dated_back_into_a_bucket_already_written(
    payment: WatchedService,
) -> None:
    since(NOON)
    probe_rows("payment", marks("uuuuuuuuuf", NOON))
    write_buckets(at=NOON + BUCKET)
    assert bucket().down_ms == 0

    probe_rows("payment", marks("DDuuuuuuuu", NOON + BUCKET))
    write_buckets(at=NOON + 2 * BUCKET)

    assert bucket().down_ms == 30_000
    assert bucket(NOON + BUCKET).down_ms == 60_000


def test_buckets_older_than_an_hour_are_left_as_they_are(payment: WatchedService) -> None:
    old = NOON - HOUR - BUCKET
    SlaBucket.objects.create(service_name="payment", starts_at=old, up_ms=300_000)
    SlaBucket.objects.create(service_name="payment", starts_at=old + BUCKET, up_ms=300_000)
    since(NOON)

    write_buckets(at=NOON + BUCKET)

    assert bucket(old).up_ms == 300_000
    assert bucket(old + BUCKET).up_ms == 0


def test_rare_probes_may_be_dated_back_further(payment: WatchedService, settings: Settings) -> None:
    settings.PROBE_FAILURES_BEFORE_FLIP = 3

    assert late_by(payment) == HOUR
    assert late_by(WatchedService(interval_seconds=3_600)) == 3 * HOUR + BUCKET
    assert late_by(WatchedService(interval_seconds=1_200, failures_before_flip=2)) == HOUR
    assert late_by(WatchedService(interval_seconds=1_800, failures_before_flip=2)) == HOUR + BUCKET


def test_a_pause_of_the_workers_is_made_up_for_six_hours_at_a_time(payment: WatchedService) -> None:
    since(NOON - 8 * HOUR)

    write_buckets(at=NOON)
    assert HealthCursor.objects.get(name="sla_buckets").at == NOON - 2 * HOUR

    write_buckets(at=NOON)
    assert HealthCursor.objects.get(name="sla_buckets").at == NOON
    assert SlaBucket.objects.filter(starts_at__gte=NOON - 8 * HOUR).count() == 96


def test_the_last_probe_before_holds_into_the_bucket(payment: WatchedService) -> None:
    since(NOON)
    probe_rows("payment", marks("u", NOON - 2 * HOUR, every=7_200))

    write_buckets(at=NOON + BUCKET)

    assert bucket().up_ms == 300_000


def test_a_service_that_is_switched_off_gets_no_buckets_without_probes() -> None:
    WatchedServiceFactory.create(name="off", enabled=False)
    WatchedServiceFactory.create(name="ended", enabled=False)
    probe_rows("ended", marks("uu", NOON))
    since(NOON)

    write_buckets(at=NOON + BUCKET)

    assert set(SlaBucket.objects.values_list("service_name", flat=True)) == {"ended"}


def test_planned_time_counts_neither_way_nor_do_its_answers(payment: WatchedService) -> None:
    window(
        matcher("service_name", "payment-service"),
        first_start=NOON,
        duration_minutes=7,
        expires_at=NOON + DAY,
    )
    since(NOON)
    probe_rows("payment", marks("D" * 20, NOON))
    requests(NOON + MINUTE, 50, 50, 9_000.0)
    requests(NOON + 6 * MINUTE, 20, 2, 10.0)

    write_buckets(at=NOON + 2 * BUCKET)

    first, second = bucket(), bucket(NOON + BUCKET)
    assert (first.maintenance_ms, first.down_ms, first.requests) == (300_000, 0, 0)
    assert (first.probes, first.request_latency, first.misses_latency) == (0, {}, False)
    assert (second.maintenance_ms, second.down_ms) == (120_000, 180_000)
    assert (second.requests, second.failed_requests) == (20, 2)


def test_a_window_that_is_edited_later_does_not_change_the_past(payment: WatchedService) -> None:
    since(NOON)
    probe_rows("payment", marks("D" * 10, NOON))
    write_buckets(at=NOON + BUCKET)
    window(
        matcher("service_name", "payment-service"),
        first_start=NOON,
        duration_minutes=5,
        expires_at=NOON + DAY,
    )
    since(NOON + HOUR + BUCKET)

    write_buckets(at=NOON + HOUR + 2 * BUCKET)

    assert bucket().down_ms == 300_000


def test_requests_and_their_violations_are_kept_with_the_bucket(payment: WatchedService) -> None:
    payment.latency_target_ms = 500
    payment.save()
    since(NOON)
    probe_rows("payment", marks("u" * 20, NOON))
    requests(NOON + MINUTE, 100, 3, *[100.0] * 90, *[900.0] * 10)
    requests(NOON + 6 * MINUTE, 100, 3, *[100.0] * 98, *[900.0] * 2)

    write_buckets(at=NOON + 2 * BUCKET)

    slow, fast = bucket(), bucket(NOON + BUCKET)
    assert (slow.requests, slow.failed_requests) == (100, 3)
    assert (slow.misses_latency, slow.misses_availability) == (True, False)
    assert (fast.misses_latency, fast.misses_availability) == (False, False)
