"""GET metrics/export: what Prometheus sees."""

import gzip
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client import Metric as ParsedFamily
from prometheus_client.parser import text_string_to_metric_families

from monitoring.exposition.views import SNAPSHOTS
from monitoring.ingest.door import ingest
from monitoring.models import Metric
from monitoring.types import MetricType, Origin, Sample
from tests.monitoring.clients import API, client_of

pytestmark = pytest.mark.django_db

OUTSIDE = "203.0.113.7"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    for cache in SNAPSHOTS.values():
        cache.clear()
    yield
    for cache in SNAPSHOTS.values():
        cache.clear()


def store(
    metric: str,
    *values: float,
    kind: MetricType = MetricType.GAUGE,
    age: timedelta = timedelta(0),
    labels: Mapping[str, str] | None = None,
) -> None:
    now = timezone.now()
    samples = [
        Sample(metric, "payment-service", value, now - age, kind, labels or {}) for value in values
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=now)


def scrape(client: Client | None = None, headers: Mapping[str, str] | None = None) -> Any:
    return (client or Client()).get(f"{API}/metrics/export", headers=dict(headers or {}))


def families(response: Any) -> dict[str, ParsedFamily]:
    return {family.name: family for family in text_string_to_metric_families(response.text)}


def test_a_gauge_is_exported_with_its_help_type_labels_and_service() -> None:
    store("system_cpu_usage_percent", 45.2, labels={"hostname": "server1"})

    response = scrape()

    assert response.text == (
        "# HELP system_cpu_usage_percent CPU usage of the machine.\n"
        "# TYPE system_cpu_usage_percent gauge\n"
        'system_cpu_usage_percent{hostname="server1",service_name="payment-service"} 45.2\n'
    )
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_counters_of_the_specification_keep_their_names() -> None:
    store("revenue_total_cents", 100.0, 50.0, kind=MetricType.COUNTER)
    store("redis_keyspace_hits", 7.0, kind=MetricType.COUNTER)

    text = scrape().text

    assert 'revenue_total_cents{service_name="payment-service"} 150\n' in text
    assert 'redis_keyspace_hits{service_name="payment-service"} 7\n' in text
    assert "_cents_total" not in text
    assert "_hits_total" not in text


def test_observations_are_exported_as_one_complete_histogram() -> None:
    store("http_request_duration_ms", 5.0, 75.0, 9_000.0, kind=MetricType.HISTOGRAM)

    response = scrape()

    family = families(response)["http_request_duration_ms"]
    buckets = [
        (sample.labels["le"], sample.value)
        for sample in family.samples
        if sample.name.endswith("_bucket")
    ]
    assert buckets == [
        ("10", 1.0),
        ("50", 1.0),
        ("100", 2.0),
        ("200", 2.0),
        ("500", 2.0),
        ("1000", 2.0),
        ("2000", 2.0),
        ("5000", 2.0),
        ("+Inf", 3.0),
    ]
    parts = {sample.name: sample.value for sample in family.samples if "le" not in sample.labels}
    assert parts == {"http_request_duration_ms_sum": 9_080.0, "http_request_duration_ms_count": 3.0}
    assert response.text.count("# TYPE") == 1


def test_a_metric_outside_the_catalogue_says_what_is_known_about_it() -> None:
    store("queue_depth", 5.0)
    store("active_jobs", 1.0)
    Metric.objects.filter(name="active_jobs").update(help="Jobs that run now.")

    text = scrape().text

    assert "# HELP active_jobs Jobs that run now.\n" in text
    assert "# HELP queue_depth No description is known.\n" in text


@pytest.mark.parametrize(
    ("kind", "age", "is_exported"),
    [
        (MetricType.GAUGE, timedelta(minutes=4), True),
        (MetricType.GAUGE, timedelta(minutes=6), False),
        (MetricType.COUNTER, timedelta(hours=23), True),
    ],
)
def test_old_gauges_disappear_and_totals_stay_for_a_day(
    kind: MetricType, age: timedelta, *, is_exported: bool
) -> None:
    store("some_metric", 1.0, kind=kind, age=age)

    assert ("some_metric" in families(scrape())) is is_exported


def test_totals_of_the_day_before_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    store("some_metric", 1.0, kind=MetricType.COUNTER)
    later = timezone.now() + timedelta(hours=24, seconds=1)
    monkeypatch.setattr("monitoring.exposition.views.timezone.now", lambda: later)

    assert families(scrape()) == {}


def test_what_a_histogram_lacks_is_said_in_a_comment() -> None:
    store("d_bucket", 1.0, kind=MetricType.HISTOGRAM, labels={"le": "10"})

    assert scrape().text == "# 1 series left out: histogram without +Inf and count\n"


def test_a_scraper_that_takes_gzip_gets_gzip() -> None:
    store("queue_depth", 5.0)
    plain = scrape()

    response = scrape(headers={"Accept-Encoding": "deflate, gzip;q=0.5"})

    assert response.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == plain.content
    assert "Accept-Encoding" in response.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.0", "xgzip"])
def test_a_scraper_that_does_not_take_gzip_gets_text(accepted: str) -> None:
    store("queue_depth", 5.0)

    response = scrape(headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in response.headers
    assert response.content.startswith(b"# HELP")


@pytest.mark.parametrize(
    "accept",
    [
        "application/json",
        "*/*",
        "text/plain;version=0.0.4;q=0.9,application/openmetrics-text;version=1.0.0;q=0.8",
    ],
)
def test_whoever_does_not_rank_openmetrics_first_gets_the_text_format(accept: str) -> None:
    response = scrape(headers={"Accept": accept})

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain; version=0.0.4")


def test_several_scrapes_within_the_cache_time_are_one_read(settings: Any) -> None:
    settings.METRICS_EXPORT_CACHE = timedelta(minutes=1)
    scrape()
    store("queue_depth", 5.0)

    assert scrape().text == ""


def test_from_outside_a_scrape_takes_a_token() -> None:
    outside = Client(REMOTE_ADDR=OUTSIDE)

    response = scrape(outside)

    assert (response.status_code, response.json()["code"]) == (401, "AUTH_REQUIRED")
    assert response.headers["Content-Type"] == "application/json"


def test_under_strict_roles_money_and_fraud_take_a_token_even_from_inside(settings: Any) -> None:
    settings.STRICT_ROLES = True
    store("revenue_total_cents", 100.0, kind=MetricType.COUNTER)
    store("fraud_bot_attempts", 3.0)
    store("queue_depth", 5.0)

    assert set(families(scrape())) == {"queue_depth"}
    assert set(families(scrape(client_of("user")))) == {"queue_depth"}
    assert set(families(scrape(client_of("monitoring")))) == {
        "queue_depth",
        "revenue_total_cents",
        "fraud_bot_attempts",
    }


def test_a_label_that_nobody_would_expect_does_not_break_the_scrape() -> None:
    store("queue_depth", 5.0, labels={"path": 'C:\\x\n"y"', "pod": "ü"})

    (sample,) = families(scrape())["queue_depth"].samples

    assert sample.labels == {
        "path": 'C:\\x\n"y"',
        "pod": "ü",
        "service_name": "payment-service",
    }
