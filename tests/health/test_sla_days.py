"""Days as rows, and periods read from days and buckets."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from health.latency.histogram import LatencyHistogram
from health.models import HealthCursor, SlaBucket, SlaMetric, WatchedService
from health.services.sla_buckets import rebuild_day, rebuildable_days, write_buckets
from health.services.sla_days import write_days
from health.services.sla_retention import forget_buckets
from health.sla_selectors import daily_sla, finished_until, sla_of, sla_of_services
from tests.health.factories import WatchedServiceFactory
from tests.health.sla.marks_text import marks
from tests.health.sla.rows import NOON, probe_rows, since

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
BUCKET = timedelta(minutes=5)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def payment() -> WatchedService:
    return WatchedServiceFactory.create(name="payment")


def test_a_bucket_below_the_target_of_its_time_stays_a_violation(payment: WatchedService) -> None:
    since(NOON)
    probe_rows("payment", marks("uuuuuuuuDD", NOON))
    write_buckets(at=NOON + BUCKET)
    WatchedService.objects.update(availability_target=50)

    figures = sla_of("payment", NOON, NOON + BUCKET)

    assert (figures.totals.violations, figures.is_met) == (1, True)


def test_a_bucket_that_misses_both_targets_is_one_violation(payment: WatchedService) -> None:
    SlaBucket.objects.create(
        service_name="payment",
        starts_at=NOON,
        up_ms=1,
        down_ms=299_999,
        misses_availability=True,
        misses_latency=True,
    )

    totals = sla_of("payment-service", NOON, NOON + BUCKET).totals

    assert totals.violations == 1
    assert (totals.availability_violations, totals.latency_violations) == (1, 1)


def _day_of_buckets(first: datetime, **fields: Any) -> None:
    SlaBucket.objects.bulk_create(
        SlaBucket(service_name="payment", starts_at=first + number * BUCKET, **fields)
        for number in range(288)
    )


MIDNIGHT = NOON.replace(hour=0)


def test_a_day_that_is_over_is_the_sum_of_its_buckets(payment: WatchedService) -> None:
    latency = LatencyHistogram.of([100.0]).to_json()
    _day_of_buckets(
        MIDNIGHT - DAY,
        up_ms=299_000,
        down_ms=1_000,
        probes=10,
        probe_latency=latency,
        requests=7,
        failed_requests=1,
        misses_availability=True,
    )

    assert write_days(at=MIDNIGHT) == 1

    row = SlaMetric.objects.get()
    assert (row.service_name, row.period_start) == ("payment-service", MIDNIGHT - DAY)
    assert row.period_end == MIDNIGHT
    assert str(row.uptime_percentage) == "99.666666"
    assert (row.violations, row.total_requests, row.failed_requests) == (288, 2_016, 288)
    assert (row.probes, row.latency_source) == (2_880, "probes")
    assert float(row.response_time_p95 or 0) == pytest.approx(100, rel=0.01)
    assert (row.up_ms, row.down_ms) == (288 * 299_000, 288_000)


def test_days_are_written_once_and_those_that_were_missed_are_made_up_for(
    payment: WatchedService,
) -> None:
    for number in (1, 2, 3):
        _day_of_buckets(MIDNIGHT - number * DAY, up_ms=300_000)
    HealthCursor.objects.create(name="sla_days", at=MIDNIGHT - 3 * DAY)

    assert [write_days(at=NOON), write_days(at=NOON), write_days(at=MIDNIGHT + DAY)] == [3, 0, 0]


def test_a_day_without_any_bucket_has_no_row(payment: WatchedService) -> None:
    assert write_days(at=NOON) == 0
    assert not SlaMetric.objects.exists()


def test_a_day_follows_when_one_of_its_buckets_changes_after_midnight(
    payment: WatchedService,
) -> None:
    probe_rows("payment", marks("u" * 119 + "f", MIDNIGHT - HOUR))
    since(MIDNIGHT - HOUR)
    write_buckets(at=MIDNIGHT)
    write_days(at=MIDNIGHT)
    assert SlaMetric.objects.get().down_ms == 0

    probe_rows("payment", marks("DDDDDDDDDD", MIDNIGHT))
    write_buckets(at=MIDNIGHT + BUCKET)

    assert SlaMetric.objects.get().down_ms == 30_000


def test_a_period_reads_days_and_edges_as_if_all_were_buckets(payment: WatchedService) -> None:
    for number in (3, 2, 1, 0):
        _day_of_buckets(
            MIDNIGHT - number * DAY, up_ms=290_000 + number, down_ms=10_000 - number, requests=1
        )
    start, end = MIDNIGHT - 3 * DAY + 7 * BUCKET, MIDNIGHT + 9 * BUCKET
    from_buckets = sla_of("payment", start, end)
    HealthCursor.objects.create(name="sla_days", at=MIDNIGHT - 2 * DAY)

    write_days(at=MIDNIGHT - DAY)  # one of the days has a row, the other has not
    mixed = sla_of("payment", start, end)
    write_days(at=MIDNIGHT)
    from_days = sla_of("payment", start, end)

    assert SlaMetric.objects.count() == 2
    assert from_buckets == mixed == from_days
    assert from_buckets.totals.requests == 2 * 288 + 281 + 9
    assert from_buckets.spans.total_ms == (end - start) // timedelta(milliseconds=1)


def test_time_before_the_first_bucket_is_unknown(payment: WatchedService) -> None:
    SlaBucket.objects.create(service_name="payment", starts_at=NOON, up_ms=300_000)

    figures = sla_of("payment", NOON - DAY, NOON + BUCKET)

    assert figures.spans.unknown_ms == 86_400_000
    assert str(figures.uptime_percent) == "100.000000"
    assert str(figures.coverage) == "0.003460"


def test_both_ends_of_a_period_go_back_to_their_bucket(payment: WatchedService) -> None:
    for number in range(4):
        SlaBucket.objects.create(
            service_name="payment", starts_at=NOON + number * BUCKET, up_ms=number + 1
        )

    figures = sla_of("payment", NOON + 7 * MINUTE, NOON + 19 * MINUTE)

    assert (figures.start, figures.end) == (NOON + BUCKET, NOON + 3 * BUCKET)
    assert figures.spans.up_ms == 2 + 3


def test_several_services_come_in_their_order_with_as_many_queries_as_one(
    payment: WatchedService, django_assert_num_queries: Any
) -> None:
    others = [payment, *WatchedServiceFactory.create_batch(5)]
    _day_of_buckets(MIDNIGHT - DAY, up_ms=300_000)

    with django_assert_num_queries(2):
        found = sla_of_services(others, MIDNIGHT - DAY - HOUR, MIDNIGHT + HOUR)

    assert [each.promise.service for each in found] == [service.name for service in others]
    assert found[0].spans.up_ms == 86_400_000


def test_days_are_told_one_by_one(payment: WatchedService) -> None:
    _day_of_buckets(MIDNIGHT - DAY, up_ms=300_000)
    _day_of_buckets(MIDNIGHT - 3 * DAY, up_ms=200_000, down_ms=100_000)
    write_days(at=MIDNIGHT)

    days = daily_sla([payment], MIDNIGHT - 3 * DAY - HOUR, MIDNIGHT + HOUR)["payment"]

    assert [str(each.uptime_percent) for each in days] == ["66.666666", "None", "100.000000"]
    assert [each.start for each in days] == [MIDNIGHT - number * DAY for number in (3, 2, 1)]
    assert {each.spans.total_ms for each in days} == {86_400_000}


def test_what_is_written_ends_at_the_cursor(payment: WatchedService) -> None:
    assert finished_until(NOON + MINUTE) == NOON

    since(NOON - HOUR)
    assert finished_until(NOON + MINUTE) == NOON - HOUR


def test_only_days_whose_probes_are_all_kept_can_be_rebuilt(settings: Settings) -> None:
    settings.HEALTH_RETENTION = 5 * DAY

    days = rebuildable_days(MIDNIGHT - 30 * DAY, MIDNIGHT + 30 * DAY, at=NOON)

    assert days == [MIDNIGHT - number * DAY for number in (3, 2, 1)]


def test_a_rebuild_takes_in_what_came_late(payment: WatchedService) -> None:
    _day_of_buckets(MIDNIGHT - DAY, unknown_ms=300_000)
    write_days(at=MIDNIGHT)
    probe_rows("payment", marks("u" * 2_880, MIDNIGHT - DAY))

    assert rebuild_day(MIDNIGHT - DAY, at=NOON) == 288

    assert SlaMetric.objects.get().up_ms == 86_400_000
    assert rebuild_day(MIDNIGHT - DAY, at=NOON) == 0


def test_old_buckets_go_by_whole_days_and_their_days_stay(
    payment: WatchedService, settings: Settings
) -> None:
    settings.SLA_RETENTION = 2 * DAY
    for number in (1, 2, 3):
        _day_of_buckets(MIDNIGHT - number * DAY, up_ms=300_000)
    HealthCursor.objects.create(name="sla_days", at=MIDNIGHT - 3 * DAY)
    write_days(at=MIDNIGHT)

    assert forget_buckets(at=NOON) == 288

    assert sla_of("payment", MIDNIGHT - 3 * DAY, MIDNIGHT).spans.up_ms == 3 * 86_400_000
