"""Business figures as metrics: what is known becomes a sample, what is not becomes none."""

import logging
from datetime import timedelta

import psycopg
import pytest
from django.utils import timezone
from pytest_django import Settings

from monitoring.collectors.gathering import gather
from monitoring.query.latest import latest_values
from sales.collectors import collect_business, collect_revenue
from sales.tasks import measure_business
from tests.sales.factories import BusinessFigureFactory

pytestmark = pytest.mark.django_db
TOTALS = "SELECT venue_id, type, sum(amount_cents) FROM payments GROUP BY 1, 2 ORDER BY 1, 2"


def test_known_figures_are_gauges_and_missing_ones_are_not_there() -> None:
    at = timezone.now()
    for name, value in (("venues_total", 9), ("events_last_30_days", 3), ("revenue_today", 5)):
        BusinessFigureFactory.create(name=name, value=value, measured_at=at)
    BusinessFigureFactory.create(name="venues_active", value=None, problem="away", measured_at=at)

    samples = collect_business(at)

    assert [(one.metric, one.value, dict(one.labels)) for one in samples] == [
        ("business_total_venues", 9.0, {"type": "total"}),
        ("business_events_last_30_days", 3.0, {"period": "30d"}),
    ]


def test_revenue_is_a_total_by_venue_and_type(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = {"revenue_totals": TOTALS}
    platform.execute("INSERT INTO payments VALUES ('v1', 'fees', 30), ('v1', 'resale', 700)")

    samples = collect_revenue(timezone.now())

    assert [(one.value, dict(one.labels)) for one in samples] == [
        (30.0, {"venue_id": "v1", "type": "fees"}),
        (700.0, {"venue_id": "v1", "type": "resale"}),
    ]


def test_a_total_that_fell_is_left_out_and_logged(
    platform: psycopg.Connection, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BUSINESS_SQL = {"revenue_totals": TOTALS}
    platform.execute("INSERT INTO payments VALUES ('v1', 'fees', 30), ('v1', 'resale', 700)")
    at = timezone.now()
    gather("revenue", slot=at - timedelta(minutes=5), at=at)
    platform.execute("UPDATE payments SET amount_cents = 20 WHERE type = 'fees'")

    with caplog.at_level(logging.ERROR, logger="sales.collectors"):
        samples = collect_revenue(at)

    assert [one.labels["type"] for one in samples] == ["resale"]
    assert caplog.messages == ["revenue total fell"]


def test_rows_of_another_shape_are_refused_and_logged(
    platform: psycopg.Connection, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BUSINESS_SQL = {"revenue_totals": "SELECT 'v1', 'fees', NULL::int"}
    assert collect_revenue(timezone.now()) == []

    settings.BUSINESS_SQL = {"revenue_totals": "SELECT 1 AS one, 2 AS two"}
    assert collect_revenue(timezone.now()) == []

    assert [record.message for record in caplog.records].count("revenue total refused") == 2


def test_the_task_measures_and_stores_what_is_a_metric(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = {
        "venues_total": "SELECT count(*) FROM venues",
        "revenue_totals": TOTALS,
    }
    platform.execute("INSERT INTO venues VALUES ('v1', 'active'), ('v2', 'closed')")
    platform.execute("INSERT INTO payments VALUES ('v1', 'fees', 30)")

    measure_business()

    stored = {
        (one.series.metric, one.series.labels.get("type")): one.value for one in latest_values()
    }
    assert stored["business_total_venues", "total"] == 2
    assert stored["revenue_total_cents", "fees"] == 30
    assert ("business_total_venues", "active") not in stored


def test_the_task_takes_the_slot_that_it_is_for(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = {"venues_total": "SELECT count(*) FROM venues"}
    slot = (timezone.now() - timedelta(minutes=5)).replace(microsecond=0)

    measure_business(slot.isoformat())

    (venues,) = latest_values(metrics=["business_total_venues"])
    assert venues.at == slot
