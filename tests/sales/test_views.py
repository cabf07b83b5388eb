"""GET dashboard/business: figures with their source and age, and a missing one that is said to be missing."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.sales.factories import BusinessFigureFactory
from tests.tokens import bearer

pytestmark = pytest.mark.django_db
PATH = "/api/v1/monitoring/dashboard/business"
FIGURES = {
    "revenue_today": 100,
    "revenue_week": 2_000,
    "revenue_month": 30_000,
    "tickets_sold_today": 0,
    "events_active": 4,
    "venues_active": 5,
    "venues_total": 6,
}


def read(client: Client) -> Any:
    return client.get(PATH, headers=bearer("user"))


def test_without_any_source_every_figure_is_null_and_the_header_says_so(client: Client) -> None:
    answer = read(client)

    body = answer.json()
    assert answer.status_code == 200
    assert body["revenue"] == {"today": None, "week": None, "month": None}
    assert body["tickets"] == {"sold_today": None, "active_events": None}
    assert body["venues"] == {"active": None, "total": None}
    assert answer["X-Data-Quality"].startswith('incomplete; missing="revenue.today revenue.week ')
    assert body["dataQuality"]["venues.total"] == {
        "source": None,
        "unit": "venues",
        "measured_at": None,
        "age_seconds": None,
        "reason": "no source has been asked yet",
    }


def test_figures_that_are_known_are_told_as_integers(client: Client) -> None:
    for name, value in FIGURES.items():
        BusinessFigureFactory.create(name=name, value=value, measured_at=timezone.now())

    answer = read(client)

    body = answer.json()
    assert answer["X-Data-Quality"] == "complete"
    assert body["revenue"] == {"today": 100, "week": 2_000, "month": 30_000}
    assert body["tickets"] == {"sold_today": 0, "active_events": 4}
    assert body["venues"] == {"active": 5, "total": 6}


def test_the_quality_tells_source_unit_and_age(client: Client) -> None:
    at = timezone.now() - timedelta(seconds=90)
    BusinessFigureFactory.create(name="venues_total", source="samples", value=6, measured_at=at)

    quality = read(client).json()["dataQuality"]["venues.total"]

    assert (quality["source"], quality["unit"], quality["reason"]) == ("samples", "venues", "")
    assert 90 <= quality["age_seconds"] <= 100


def test_a_figure_that_is_too_old_is_missing(client: Client, settings: Settings) -> None:
    settings.BUSINESS_INTERVAL = timedelta(minutes=5)
    old = timezone.now() - timedelta(minutes=16)
    BusinessFigureFactory.create(name="venues_total", value=6, measured_at=old)

    answer = read(client)

    assert answer.json()["venues"]["total"] is None
    assert "venues.total" in answer["X-Data-Quality"]
    assert "s old" in answer.json()["dataQuality"]["venues.total"]["reason"]


def test_the_platforms_database_is_not_asked_while_a_client_waits(
    client: Client, settings: Settings
) -> None:
    settings.BUSINESS_DATABASE_URL = "postgresql://127.0.0.1:1/nobody"
    settings.BUSINESS_SQL = {"venues_total": "SELECT pg_sleep(60)"}
    BusinessFigureFactory.create(name="venues_total", value=6, measured_at=timezone.now())

    assert read(client).json()["venues"]["total"] == 6
