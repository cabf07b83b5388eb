"""A pushed sample is scraped by a real Prometheus and comes back out of its query language."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from pytest_django.live_server_helper import LiveServer

from monitoring.exposition.views import SNAPSHOTS
from tests.pipeline.prometheus import running_prometheus, wait_for
from tests.tokens import bearer
from tests.tools import find_program

pytestmark = [
    pytest.mark.pipeline,
    pytest.mark.prometheus,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        find_program("prometheus") is None or find_program("promtool") is None,
        reason="prometheus and promtool are neither in .tools nor on the PATH; run `python -m tests.tools`",
    ),
]

METRICS = "/api/v1/monitoring/metrics"
EXPORT = f"{METRICS}/export"

# Names of the service specification that promtool would have chosen differently; they stay.
KNOWN_LINT = {
    "http_request_duration_ms metric names should not contain abbreviated units",
    'redis_keyspace_hits counter metrics should have "_total" suffix',
    'revenue_total_cents counter metrics should have "_total" suffix',
}


@pytest.fixture(autouse=True)
def _no_snapshot_of_another_test() -> Iterator[None]:
    for cache in SNAPSHOTS.values():
        cache.clear()
    yield
    for cache in SNAPSHOTS.values():
        cache.clear()


def push(server: LiveServer, *samples: dict[str, Any]) -> None:
    body = [{"service_name": "payment-service", **sample} for sample in samples]
    headers = bearer("monitoring")
    response = requests.post(f"{server.url}{METRICS}", json=body, headers=headers, timeout=10)
    assert response.json() == {"success": True, "stored": len(samples), "rejected": []}


def durations(*milliseconds: float) -> list[dict[str, Any]]:
    labels = {"method": "GET", "route": "/tickets", "status_code": "200"}
    return [
        {
            "metric_name": "http_request_duration_ms",
            "type": "histogram",
            "value": value,
            "labels": labels,
        }
        for value in milliseconds
    ]


def test_a_real_prometheus_scrapes_what_was_pushed(live_server: LiveServer, tmp_path: Path) -> None:
    push(
        live_server,
        {"metric_name": "queue_depth", "value": 42.5, "labels": {"queue": 'a "quoted"\\ one'}},
        {"metric_name": "payment_success_total", "type": "counter", "value": 3},
        *durations(30, 30, 150, 150),
    )

    target = urlsplit(live_server.url).netloc
    with running_prometheus(tmp_path, target=target, path=EXPORT) as prometheus:
        wait_for(lambda: prometheus.value("up") == 1.0, "up == 1")
        depth = wait_for(lambda: prometheus.query("queue_depth"), "the pushed gauge")
        push(live_server, {"metric_name": "payment_success_total", "type": "counter", "value": 4})
        wait_for(
            lambda: prometheus.value("payment_success_total") == 7.0, "the counter's new total"
        )

        median = prometheus.value("histogram_quantile(0.5, http_request_duration_ms_bucket)")
        p75 = prometheus.value("histogram_quantile(0.75, http_request_duration_ms_bucket)")
        mean = prometheus.value("http_request_duration_ms_sum / http_request_duration_ms_count")
        error = prometheus.scrape_error()

    assert [series["value"][1] for series in depth] == ["42.5"]
    assert depth[0]["metric"]["queue"] == 'a "quoted"\\ one'
    assert depth[0]["metric"]["service_name"] == "payment-service"
    assert (median, p75, mean) == (50.0, 150.0, 90.0)
    assert error == ""


def test_promtool_finds_nothing_but_the_names_of_the_specification(live_server: LiveServer) -> None:
    push(
        live_server,
        {"metric_name": "system_cpu_usage_percent", "value": 45.2, "labels": {"hostname": "a"}},
        {"metric_name": "revenue_total_cents", "type": "counter", "value": 100},
        {"metric_name": "redis_keyspace_hits", "type": "counter", "value": 7},
        {"metric_name": "queue_depth", "value": 1.5},
        *durations(30),
    )
    text = requests.get(f"{live_server.url}{EXPORT}", timeout=10).content

    checked = subprocess.run(
        [str(find_program("promtool")), "check", "metrics"],
        input=text,
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert set(checked.stderr.decode().splitlines()) == KNOWN_LINT
    assert checked.returncode == 3  # promtool's code for names it would have chosen differently
