"""What the view `metrics` does not read: PostgreSQL's own word for it, from the plans it executed."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from monitoring.models import Series
from tests.monitoring.factories import NOON
from tests.monitoring.storage.stored import (
    DAY,
    INTERVAL,
    commit,
    make_partitions,
    roll_up,
    rows,
    seal,
    series,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _partitions() -> None:
    make_partitions()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def executed(sql: str, *parameters: Any) -> list[dict[str, Any]]:
    """Return the nodes of the plan that was executed."""
    ((plan,),) = rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *parameters)
    return list(nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"]))


@pytest.fixture
def many_series() -> list[Series]:
    """Return forty series of two services and two metrics with a chunk each."""
    found = [
        series(metric__name=f"metric_{n % 2}", service=f"service-{n // 2 % 2}") for n in range(40)
    ]
    for number, one in enumerate(found):
        seal([number, 100.0], one)
    rows("ANALYZE series, chunk")
    return found


@pytest.mark.parametrize(
    ("condition", "chunks"),
    [
        ("metric_name = 'metric_1'", 20),
        ("metric_name = 'metric_1' AND service_name = 'service-0'", 10),
        ("metric_name LIKE '%%_0' AND service_name = 'service-1'", 10),
        ("labels = %s::jsonb", 1),
    ],
)
def test_only_chunks_of_the_wanted_series_are_decoded(
    condition: str, chunks: int, many_series: list[Series]
) -> None:
    labels = [json.dumps(many_series[7].labels)] * condition.count("%s")

    plan = executed(f"SELECT value FROM metrics WHERE {condition}", *labels)

    (decoder,) = [node for node in plan if node.get("Function Name") == "chunk_samples"]
    assert decoder["Actual Loops"] == chunks


def test_partitions_outside_the_span_are_not_read(many_series: list[Series]) -> None:
    plan = executed("SELECT value FROM metrics_between(%s, %s)", NOON, NOON + INTERVAL)

    read = {node["Relation Name"] for node in plan if "Relation Name" in node}
    assert {name for name in read if name.startswith("chunk_")} == {
        f"chunk_{day:%Y%m%d}" for day in (DAY - timedelta(days=1), DAY)
    }


def test_names_of_metrics_are_not_read_unless_the_type_is_asked_for() -> None:
    seal([1.0], series())

    plan = executed("SELECT value FROM metrics")

    assert "metric_names" not in {node.get("Relation Name") for node in plan}


@pytest.mark.parametrize(
    ("decoding", "found"),
    [
        ("chunk CROSS JOIN LATERAL chunk_samples(payload)", 80),
        ("segment CROSS JOIN LATERAL segment_samples(payload)", 1),
        ("unsealed_samples('-infinity', 'infinity')", 1),
        ("metric_rollups", 2),
    ],
)
def test_parallel_workers_can_decode(decoding: str, found: int, many_series: list[Series]) -> None:
    commit([9.0], many_series[0])
    roll_up("rollup_5m", many_series[0], [1.0, 1 / 3], timedelta(minutes=5))
    ((version,),) = rows("SHOW server_version_num")
    force = "debug_parallel_query" if int(version) >= 160_000 else "force_parallel_mode"
    rows(f"SET LOCAL {force} = on")

    plan = executed(f"SELECT count(*) FROM {decoding}")

    assert "Gather" in {node["Node Type"] for node in plan}
    assert rows(f"SELECT count(*) FROM {decoding}") == [(found,)]
