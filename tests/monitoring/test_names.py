"""The catalogue holds every metric of the specification, and every name that the code writes."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitoring.names import CATALOGUE, REFERENCE, MetricSpec, spec_of
from monitoring.types import MetricType

ROOT = Path(__file__).resolve().parents[2]
APPS = ("alerts", "blockchain", "fraud", "health", "mlmodels", "monitoring", "sales")
WRITERS = {
    "count": MetricType.COUNTER,
    "observe": MetricType.HISTOGRAM,
    "measure": MetricType.GAUGE,
    "gauge": MetricType.GAUGE,
    "total": MetricType.COUNTER,
}
# Names that rules and panels of the specification use beside its reference.
USED_ELSEWHERE = (
    "active_users",
    "cache_hit_rate",
    "database_connection_status",
    "errors_total",
    "http_error_rate",
    "http_response_time_ms",
    "metrics_collected_last_minute",
    "nodejs_eventloop_lag_seconds",
    "process_cpu_user_seconds_total",
    "process_resident_memory_bytes",
    "queue_size",
)


def test_the_reference_has_the_42_metrics_of_the_specification() -> None:
    kinds = Counter(spec.type for spec in REFERENCE)

    assert len(REFERENCE) == 42
    assert kinds == {MetricType.GAUGE: 24, MetricType.COUNTER: 13, MetricType.HISTOGRAM: 5}


def test_no_name_stands_twice() -> None:
    names = Counter(spec.name for spec in CATALOGUE)

    assert [name for name, number in names.items() if number > 1] == []


@pytest.mark.parametrize("name", USED_ELSEWHERE)
def test_a_name_used_by_rules_or_panels_is_in_the_catalogue(name: str) -> None:
    assert spec_of(name) is not None


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_a_metric_is_described_as_the_field_expects(spec: MetricSpec) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", spec.name)
    assert spec.help.endswith((".", ")."))
    assert len(set(spec.labels)) == len(spec.labels)
    assert "service_name" not in spec.labels
    assert len(spec.unit) <= 32


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_only_histograms_have_buckets_and_they_ascend(spec: MetricSpec) -> None:
    assert bool(spec.buckets) == (spec.type is MetricType.HISTOGRAM)
    assert list(spec.buckets) == sorted(set(spec.buckets))
    assert all(0 < bound < float("inf") for bound in spec.buckets)


@pytest.mark.parametrize(
    ("name", "labels", "buckets"),
    [
        (
            "http_request_duration_ms",
            ("method", "route", "status_code"),
            (10, 50, 100, 200, 500, 1_000, 2_000, 5_000),
        ),
        ("db_query_duration_ms", ("operation", "table"), (1, 5, 10, 25, 50, 100, 250, 500, 1_000)),
        (
            "payment_processing_duration_ms",
            ("provider", "type"),
            (100, 500, 1_000, 2_000, 5_000, 10_000),
        ),
        ("solana_transaction_time_ms", ("type",), (1_000, 2_000, 5_000, 10_000, 20_000, 30_000)),
        ("ml_prediction_latency_ms", ("model_name",), (1, 5, 10, 25, 50, 100, 250, 500, 1_000)),
    ],
)
def test_a_histogram_of_the_specification_keeps_its_labels_and_buckets(
    name: str, labels: tuple[str, ...], buckets: tuple[float, ...]
) -> None:
    spec = spec_of(name)

    assert spec is not None
    assert (spec.labels, spec.buckets) == (labels, buckets)


@pytest.mark.parametrize("part", ["_bucket", "_sum", "_count"])
def test_a_part_of_a_histogram_answers_with_the_whole(part: str) -> None:
    assert spec_of(f"db_query_duration_ms{part}") is spec_of("db_query_duration_ms")


@pytest.mark.parametrize(
    "name",
    ["", "_sum", "unheard_of", "service_up_sum", "errors_total_count", "db_query_duration_ms_max"],
)
def test_a_name_that_is_not_there_has_no_entry(name: str) -> None:
    assert spec_of(name) is None


def _written() -> Iterator[tuple[str, str, str]]:
    """Yield (place, writer, metric) of every call that writes a metric under a literal name."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "catalogue" in path.parts or "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                called, first = node.func, node.args[0]
                writer = called.attr if isinstance(called, ast.Attribute) else ""
                writer = called.id if isinstance(called, ast.Name) else writer
                metric = first.value if isinstance(first, ast.Constant) else None
                if writer in WRITERS and isinstance(metric, str) and len(node.args) >= 2:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", writer, metric


def test_every_metric_that_the_code_writes_is_in_the_catalogue_with_its_type() -> None:
    wrong = [
        (place, metric)
        for place, writer, metric in _written()
        if (spec := spec_of(metric)) is None or spec.type is not WRITERS[writer]
    ]

    assert wrong == []


def test_the_search_for_written_metrics_finds_some() -> None:
    assert {metric for _, _, metric in _written()} >= {
        "http_requests_total",
        "system_cpu_usage_percent",
    }
