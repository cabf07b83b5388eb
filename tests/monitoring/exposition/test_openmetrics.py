"""OpenMetrics: what differs from the text format, and who gets it."""

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from monitoring.exposition.families import Family
from monitoring.exposition.openmetrics import heading, is_preferred
from monitoring.exposition.views import SNAPSHOTS
from monitoring.ingest.door import ingest
from monitoring.types import MetricType, Origin, Sample
from tests.monitoring.clients import API

PROMETHEUS = (
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
)


@pytest.mark.parametrize(
    ("accept", "is_wanted"),
    [
        (PROMETHEUS, True),
        ("application/openmetrics-text", True),
        ("Application/OpenMetrics-Text; Version=1.0.0; Charset=utf-8", True),
        ("text/plain, application/openmetrics-text;q=0.9", False),
        ("text/plain;q=0.3, application/openmetrics-text;q=0.9", True),
        ("text/plain;q=0.9, application/openmetrics-text;q=0.9", False),
        ("application/openmetrics-text;q=0", False),
        ("application/openmetrics-text;q=much", False),
        ("application/openmetrics-text;version=2.0.0", False),
        ("*/*", False),
        ("", False),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        (";;,=;q=,", False),
    ],
)
def test_it_is_given_to_those_who_rank_it_first(accept: str, is_wanted: bool) -> None:  # noqa: FBT001 - a table
    assert is_preferred(accept) is is_wanted


@pytest.mark.parametrize(
    ("name", "kind", "others", "told"),
    [
        ("hits_total", MetricType.COUNTER, (), "# TYPE hits counter\n"),
        ("hits_total", MetricType.COUNTER, ("hits",), "# TYPE hits_total unknown\n"),
        ("revenue_total_cents", MetricType.COUNTER, (), "# TYPE revenue_total_cents unknown\n"),
        ("memory_total", MetricType.GAUGE, (), "# TYPE memory_total gauge\n"),
        ("d", MetricType.HISTOGRAM, (), "# TYPE d histogram\n"),
    ],
)
def test_the_type_of_a_family(
    name: str, kind: MetricType, others: tuple[str, ...], told: str
) -> None:
    text = heading(Family(name, kind), "help", frozenset({name, *others}))

    assert text.startswith(told)


def test_the_help_escapes_quotes_too() -> None:
    text = heading(Family("m", MetricType.GAUGE), 'a\\b\n"c"', frozenset({"m"}))

    assert text == '# TYPE m gauge\n# HELP m a\\\\b\\n\\"c\\"\n'


@pytest.mark.django_db
def test_a_scrape_in_openmetrics_is_read_by_its_own_parser() -> None:
    now = timezone.now()
    samples = [
        Sample("queue_depth", "payment-service", 4.0, now, labels={"q": 'a"b\\c\nd'}),
        Sample("tickets_sold_total", "payment-service", 2.0, now, MetricType.COUNTER),
        Sample("revenue_total_cents", "payment-service", 5.0, now, MetricType.COUNTER),
        Sample("http_request_duration_ms", "payment-service", 30.0, now, MetricType.HISTOGRAM),
    ]
    ingest(samples, origin=Origin.COLLECTOR, at=now)
    for cache in SNAPSHOTS.values():
        cache.clear()

    answer = Client().get(f"{API}/metrics/export", headers={"Accept": PROMETHEUS})

    assert answer.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert "Accept" in answer.headers["Vary"]
    assert answer.text.endswith("# EOF\n")
    parsed = text_string_to_metric_families(answer.text)  # type: ignore[no-untyped-call]
    families = {family.name: family for family in parsed}
    assert {name: family.type for name, family in families.items()} == {
        "queue_depth": "gauge",
        "tickets_sold": "counter",
        "revenue_total_cents": "unknown",
        "http_request_duration_ms": "histogram",
    }
    assert families["tickets_sold"].samples[0].name == "tickets_sold_total"
    assert families["queue_depth"].samples[0].labels["q"] == 'a"b\\c\nd'
