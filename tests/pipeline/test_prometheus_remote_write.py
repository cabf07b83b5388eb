"""A real Prometheus writes everything that it scrapes of itself into the service."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest.door import ingest_wire
from monitoring.ingest.histograms import le_text
from monitoring.push_api import storing
from monitoring.query.range import read_range
from tests.pipeline.prometheus import Prometheus, running_prometheus, wait_for
from tests.tokens import token
from tests.tools import find_program

pytestmark = [
    pytest.mark.pipeline,
    pytest.mark.prometheus,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        find_program("prometheus") is None,
        reason="prometheus is neither in .tools nor on the PATH; run `python -m tests.tools`",
    ),
]

WRITE = "/api/v1/monitoring/prometheus/api/v1/write"
CONFIG = """
global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: prometheus
    static_configs:
      - targets: ["{address}"]
remote_write:
  - url: http://{target}{path}
    basic_auth:
      username: prometheus
      password: TOKEN
    metadata_config:
      send_interval: 1s
    queue_config:
      batch_send_deadline: 200ms
      max_backoff: 200ms
"""
WINDOW_SECONDS = 5
SENT = "prometheus_remote_storage_samples_total"

Curves = dict[frozenset[tuple[str, str]], dict[int, float]]


@contextmanager
def writing(server: LiveServer, directory: Path) -> Iterator[Prometheus]:
    """Run a Prometheus that scrapes itself and writes into the service."""
    config = CONFIG.replace("TOKEN", token("monitoring"))
    target = urlsplit(server.url).netloc
    with running_prometheus(directory, target=target, path=WRITE, config=config) as prometheus:
        yield prometheus


def curve_key(labels: dict[str, str]) -> frozenset[tuple[str, str]]:
    """Bounds are spelled in one way here; everything else is as it came."""
    return frozenset(
        (name, (le_text(text) or text) if name == "le" else text) for name, text in labels.items()
    )


def scraped(prometheus: Prometheus, at: float) -> Curves:
    """What Prometheus itself holds of the window that ends at an instant."""
    return {
        curve_key(each["metric"]): {
            round(second * 1_000): float(value)
            for second, value in each["values"]
            if abs(float(value)) <= 1e18
        }
        for each in prometheus.samples(f'{{job="prometheus"}}[{WINDOW_SECONDS}s]', at=at)
    }


def held(at: float) -> Curves:
    """What the service holds of the same window."""
    end = datetime.fromtimestamp(at, UTC)
    start = end - timedelta(seconds=WINDOW_SECONDS) + timedelta(milliseconds=1)
    found = read_range(service="prometheus", start=start, end=end)
    return {
        curve_key({**each.series.labels, "__name__": each.series.metric}): dict(
            zip(each.at_ms.tolist(), each.values.tolist(), strict=True)
        )
        for each in found
    }


def window_after(instant: float) -> float:
    """Wait for a whole window after an instant to be scraped and return its end."""
    end = instant + WINDOW_SECONDS
    wait_for(lambda: time.time() > end + 1 or None, "the end of the window")
    return end


def stored_all(prometheus: Prometheus, at: float) -> Curves:
    """Wait until every sample of the window has arrived; return what Prometheus holds of it."""
    expected = {key: points for key, points in scraped(prometheus, at).items() if points}
    assert len(expected) > 200, "Prometheus shows hundreds of series of itself"

    def missing() -> bool | None:
        return held(at) == expected or None

    try:
        wait_for(missing, "all samples of the window")
    except AssertionError:
        assert held(at) == expected  # shows the difference
        raise
    return expected


def test_every_series_arrives_with_the_values_that_prometheus_holds(
    live_server: LiveServer, tmp_path: Path
) -> None:
    with writing(live_server, tmp_path) as prometheus:
        wait_for(lambda: prometheus.value("up") == 1.0 or None, "up == 1")
        end = window_after(time.time())

        curves = stored_all(prometheus, end)

        sent = wait_for(lambda: prometheus.value(SENT), "the count of what it sent")
        failed = prometheus.value(SENT.replace("samples", "samples_failed"))
        dropped = prometheus.value(SENT.replace("samples", "samples_dropped"))
        log = (tmp_path / "prometheus.log").read_text(encoding="utf-8")
    assert (failed, dropped) == (0.0, 0.0)
    assert sent >= sum(map(len, curves.values()))
    assert "non-recoverable" not in log


def test_an_outage_of_the_service_loses_nothing(
    live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = 0

    def away(*_: Any, **__: Any) -> None:
        nonlocal refused
        refused += 1
        raise DatabaseUnavailableError("the database is away", retry_after_seconds=1)

    with writing(live_server, tmp_path) as prometheus:
        wait_for(lambda: prometheus.value("up") == 1.0 or None, "up == 1")
        monkeypatch.setattr(storing, "ingest_wire", away)
        end = window_after(time.time())
        held_meanwhile = held(end)
        monkeypatch.setattr(storing, "ingest_wire", ingest_wire)

        stored_all(prometheus, end)

        retried = wait_for(
            lambda: prometheus.value(SENT.replace("samples", "samples_retried")), "the retries"
        )
        failed = prometheus.value(SENT.replace("samples", "samples_failed"))
    assert held_meanwhile == {}
    assert refused > 1
    assert retried > 0
    assert failed == 0.0
