"""Which good and bad events an objective counts: time, probes or requests of the period of the report."""

from dataclasses import replace

import pytest

from health.latency.histogram import LatencyHistogram
from health.models import Slo
from health.services.report_budgets import budgets_of
from tests.health.reports.rows import watched
from tests.health.reports.samples import DAY_MS, OCTOBER, figures

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "source", "unit", "good", "total"),
    [
        ("availability", "probes", "ms", 31 * DAY_MS - 60_000, 31 * DAY_MS),
        ("availability", "requests", "requests", 96, 100),
        ("latency", "probes", "probes", 2, 3),
        ("latency", "requests", "requests", 3, 4),
    ],
)
def test_an_objective_counts_what_it_is_about(
    kind: str, source: str, unit: str, good: int, total: int
) -> None:
    service = watched()
    slo = {"service": service, "target_percent": "99", "threshold_ms": 500}
    Slo.objects.create(name="counted", kind=kind, source=source, **slo)
    Slo.objects.create(name="off", enabled=False, **slo)
    measured = figures("payment", OCTOBER, down_ms=60_000)
    answered = LatencyHistogram.of([100.0, 200.0, 300.0, 900.0])
    totals = replace(measured.totals, requests=100, failed_requests=4, request_latency=answered)

    (budget,) = budgets_of([replace(measured, totals=totals)])["payment"]

    assert (budget.name, budget.unit, budget.good, budget.total) == ("counted", unit, good, total)
