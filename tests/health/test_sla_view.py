"""GET dashboard/sla, its task and its command."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from health.latency.histogram import LatencyHistogram
from health.models import HealthCursor, SlaBucket, SlaMetric
from health.tasks.sla import account_sla, forget_sla_buckets
from tests.health.factories import WatchedServiceFactory
from tests.health.sla.marks_text import marks
from tests.health.sla.rows import probe_rows
from tests.tokens import bearer

pytestmark = pytest.mark.django_db

URL = "/api/v1/monitoring/dashboard/sla"
MIDNIGHT = datetime(2026, 11, 20, tzinfo=UTC)
BUCKET = timedelta(minutes=5)
DAY = timedelta(days=1)


def get(client: Client, **query: str) -> Any:
    return client.get(URL, query, headers=bearer())


def bucket(at: datetime, **fields: Any) -> SlaBucket:
    return SlaBucket.objects.create(service_name="payment", starts_at=at, **fields)


def test_a_service_is_told_with_all_its_figures(client: Client) -> None:
    WatchedServiceFactory.create(name="payment")
    latency = LatencyHistogram.of_buckets([200.0, 300.0], [90, 100]).to_json()
    bucket(
        MIDNIGHT,
        up_ms=200_000,
        down_ms=50_500,
        maintenance_ms=49_500,
        degraded_ms=1_000,
        requests=100,
        failed_requests=4,
        request_latency=latency,
        misses_availability=True,
    )

    answer = get(client, start_date="2026-11-20", end_date="2026-11-20T00:10:00Z").json()

    assert answer == {
        "services": [
            {
                "service_name": "payment-service",
                "avg_uptime": 79.840319,
                "avg_p95_latency": 250.0,
                "total_violations": 1,
                "p99_latency": 290.0,
                "latency_source": "requests",
                "availability_violations": 1,
                "latency_violations": 0,
                "up_seconds": 200.0,
                "down_seconds": 50.5,
                "unknown_seconds": 300.0,
                "maintenance_seconds": 49.5,
                "degraded_seconds": 1.0,
                "coverage": 0.45504,
                "total_requests": 100,
                "failed_requests": 4,
                "target": 99.9,
                "met": False,
            }
        ],
        "period": "10m",
        "start": "2026-11-20T00:00:00Z",
        "end": "2026-11-20T00:10:00Z",
    }


def test_where_nothing_was_measured_nothing_is_claimed(client: Client) -> None:
    WatchedServiceFactory.create(name="payment")

    (line,) = get(client, start_date="2026-11-20", end_date="2026-11-21").json()["services"]

    assert (line["avg_uptime"], line["avg_p95_latency"], line["met"]) == (None, None, None)
    assert (line["unknown_seconds"], line["coverage"]) == (86_400.0, 0.0)


def test_by_default_it_is_the_thirty_days_until_the_last_bucket_that_was_written(
    client: Client,
) -> None:
    HealthCursor.objects.create(name="sla_buckets", at=MIDNIGHT)

    answer = get(client).json()

    assert answer["period"] == "30d"
    assert answer["end"] == "2026-11-20T00:00:00Z"


def test_one_service_by_either_of_its_names(client: Client) -> None:
    WatchedServiceFactory.create(name="payment")
    WatchedServiceFactory.create(name="ticket")

    for name in ("payment", "payment-service"):
        (line,) = get(client, service=name).json()["services"]
        assert line["service_name"] == "payment-service"


def test_a_service_that_is_not_watched_is_said(client: Client) -> None:
    assert get(client, service="nobody").status_code == 404


def test_services_come_in_pages(client: Client) -> None:
    WatchedServiceFactory.create_batch(3)

    answer = get(client, limit="2", offset="2")

    assert len(answer.json()["services"]) == 1
    assert answer["X-Total-Count"] == "3"


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "2026-11-20", "end_date": "2026-11-20"},
        {"start_date": "2026-11-21", "end_date": "2026-11-20"},
        {"start_date": "2020-01-01", "end_date": "2026-11-20"},
        {"start_date": "yesterday"},
    ],
)
def test_a_period_that_cannot_be_told_is_refused(client: Client, query: dict[str, str]) -> None:
    answer = get(client, **query)

    assert answer.status_code == 400
    assert answer.json()["code"] == "VALIDATION_ERROR"


def test_the_task_writes_buckets_and_days() -> None:
    WatchedServiceFactory.create(name="payment")
    now = datetime.now(UTC)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    HealthCursor.objects.create(name="sla_buckets", at=now - 2 * BUCKET)
    HealthCursor.objects.create(name="sla_days", at=today - DAY)
    bucket(today - DAY, up_ms=300_000)

    account_sla()

    assert SlaBucket.objects.filter(starts_at__gte=now - 3 * BUCKET).exists()
    assert SlaMetric.objects.get().period_start == today - DAY


def test_the_task_forgets_what_is_old_enough() -> None:
    bucket(MIDNIGHT - 1_000 * DAY)

    forget_sla_buckets()

    assert not SlaBucket.objects.exists()


def _rebuild(**days: Any) -> str:
    out = StringIO()
    call_command("rebuild_sla", **days, stdout=out)
    return out.getvalue()


def test_the_command_rebuilds_from_the_probes_there_are() -> None:
    WatchedServiceFactory.create(name="payment")
    yesterday = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - DAY
    probe_rows("payment", marks("u" * 1_440, yesterday, every=60))

    said = _rebuild(first=yesterday.date())

    assert "1 days rebuilt, 288 buckets changed." in said
    assert SlaMetric.objects.get().up_ms == 86_400_000


def test_the_command_leaves_days_alone_whose_probes_are_gone() -> None:
    WatchedServiceFactory.create(name="payment")
    bucket(MIDNIGHT - 300 * DAY, up_ms=300_000)
    day = (MIDNIGHT - 300 * DAY).date()

    said = _rebuild(first=day, last=day)

    assert "0 days rebuilt" in said
    assert "1 days left as they are" in said
    assert SlaBucket.objects.get().up_ms == 300_000


def test_the_command_refuses_days_the_wrong_way_round() -> None:
    with pytest.raises(CommandError, match="before"):
        _rebuild(first=MIDNIGHT.date(), last=(MIDNIGHT - DAY).date())
