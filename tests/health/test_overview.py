"""GET dashboard/overview: health, firing alerts, and what the gauges said in the last five minutes."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from health.averages import means_of
from health.memory import process
from monitoring.ingest.door import ingest
from monitoring.query.range import SeriesSamples
from monitoring.types import MetricType, Origin, Sample, SeriesRef
from tests.alerts.factories import AlertFactory
from tests.health.factories import WatchedServiceFactory
from tests.tokens import bearer

pytestmark = pytest.mark.django_db
PATH = "/api/v1/monitoring/dashboard/overview"
CPU = "system_cpu_usage_percent"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _stores(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(process, "store_pings", lambda: {"postgresql": lambda: None})
    process.forget()
    yield
    process.forget()


def store(metric: str, service: str, *values: float, minutes_ago: float = 1, **labels: str) -> None:
    at = timezone.now()
    samples = [
        Sample(
            metric,
            service,
            value,
            at - timedelta(minutes=minutes_ago, seconds=place),
            MetricType.GAUGE,
            labels,
        )
        for place, value in enumerate(values)
    ]
    assert ingest(samples, origin=Origin.COLLECTOR, at=at).stored == len(values)


def read(client: Client, **query: Any) -> Any:
    return client.get(PATH, query, headers=bearer("user"))


def samples(metric: str, service: str, *values: float) -> SeriesSamples:
    series = SeriesRef(1, metric, service, MetricType.GAUGE, {})
    return SeriesSamples(series, np.arange(len(values)), np.array(values, float))


def test_every_sample_weighs_the_same_whatever_its_series() -> None:
    means = means_of([samples(CPU, "a", 10, 20, 30), samples(CPU, "a", 100), samples(CPU, "b")])

    assert means == {(CPU, "a"): 40.0}


def test_health_counts_services_and_stores(client: Client) -> None:
    WatchedServiceFactory.create()

    body = read(client).json()

    assert body["health"] == {"status": "degraded", "services": 1, "dependencies": 5}
    assert set(body) == {"health", "alerts", "metrics", "timestamp"}


def test_only_firing_alerts_count_by_severity(client: Client) -> None:
    for severity in ("critical", "warning", "warning", "info"):
        AlertFactory.create(severity=severity)
    AlertFactory.create(severity="critical", state="resolved")
    AlertFactory.create(severity="critical", state="pending")
    AlertFactory.create(severity="critical", source="canary")

    assert read(client).json()["alerts"] == {"total": 4, "critical": 1, "warning": 2}


def test_metrics_are_means_of_the_last_five_minutes_by_metric_and_service(client: Client) -> None:
    store(CPU, "payment-service", 40, host="a")
    store(CPU, "payment-service", 50, 60, host="b")
    store(CPU, "auth-service", 5)
    store(CPU, "event-service", 5, minutes_ago=6)
    store(CPU, "auth-service", 900, minutes_ago=6)

    assert read(client).json()["metrics"] == [
        {"metric_name": CPU, "service_name": "auth-service", "avg_value": 5.0},
        {"metric_name": CPU, "service_name": "payment-service", "avg_value": 50.0},
    ]


def test_a_metric_outside_the_catalogue_is_left_out(client: Client) -> None:
    store("queue_depth_of_somebody", "auth-service", 5)

    assert read(client).json()["metrics"] == []


def test_the_canary_has_no_mean(client: Client) -> None:
    store("alerting_canary", "monitoring-service", -1_795_457_226.0)

    assert read(client).json()["metrics"] == []


def test_metrics_come_in_pages(client: Client) -> None:
    for service in ("a", "b", "c"):
        store(CPU, service, 1)

    answer = read(client, limit=1, offset=1)

    assert [line["service_name"] for line in answer.json()["metrics"]] == ["b"]
    assert answer["X-Total-Count"] == "3"
    assert 'rel="next"' in answer["Link"]


def test_more_metrics_than_allowed_are_refused(client: Client) -> None:
    assert read(client, limit=1_001).status_code == 400
