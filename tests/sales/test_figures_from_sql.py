"""Figures by the operator's queries: each period with its begin, and a failure that is told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from pytest_django import Settings

from config.embedded.ports import choose_port
from sales.business.figures import Answer, Source
from sales.business.periods import Period, starts_at
from sales.figures_from_sql import answers_from_sql, revenue_totals

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday
STARTS = starts_at(NOON, ZoneInfo("UTC"))
REVENUE = """
SELECT coalesce(sum(amount_cents), 0) FROM payments
WHERE status = 'succeeded' AND created_at >= %(start)s AND created_at < %(end)s;
"""


def answers() -> dict[str, Answer]:
    return answers_from_sql(at=NOON, starts=STARTS)


def pay(platform: psycopg.Connection, cents: int, at: datetime, status: str = "succeeded") -> None:
    platform.execute(
        "INSERT INTO payments VALUES ('v1', 'primary_sale', %s, %s, %s)", (cents, status, at)
    )


def test_each_figure_is_asked_for_its_own_period(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = dict.fromkeys(
        ("revenue_today", "revenue_week", "revenue_month"), REVENUE
    )
    pay(platform, 1, NOON - timedelta(hours=1))
    pay(platform, 10, NOON.replace(hour=0))
    pay(platform, 100, NOON - timedelta(days=1))
    pay(platform, 1_000, NOON - timedelta(days=3))
    pay(platform, 10_000, NOON - timedelta(days=4))
    pay(platform, 500, NOON, "succeeded")
    pay(platform, 500, NOON - timedelta(hours=1), "failed")

    assert {name: found.value for name, found in answers().items()} == {
        "revenue_today": 11,
        "revenue_week": 111,
        "revenue_month": 1_111,
    }


def test_a_sum_over_nothing_is_what_the_query_says(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = {
        "revenue_today": REVENUE,
        "revenue_week": "SELECT sum(amount_cents) FROM payments",
    }

    found = answers()

    assert found["revenue_today"] == Answer(Source.SQL, 0, NOON, STARTS[Period.TODAY])
    assert found["revenue_week"].value is None
    assert found["revenue_week"].problem == "the query returned NULL, which is no number"


def test_a_missing_table_is_said_and_the_others_go_on(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = {
        "venues_total": "SELECT count(*) FROM places",
        "venues_active": "SELECT count(*) FROM venues",
    }

    found = answers()

    assert found["venues_total"].problem == "the query failed: UndefinedTable"
    assert found["venues_active"].value == 0


def test_a_database_that_is_away_answers_no_figure(settings: Settings) -> None:
    settings.BUSINESS_DATABASE_URL = f"postgresql://a:b@127.0.0.1:{choose_port(None)}/c"
    settings.BUSINESS_SQL = {"venues_total": "SELECT 1", "venues_active": "SELECT 1"}

    assert {found.problem for found in answers().values()} == {"the database does not answer"}
    assert len(answers()) == 2


@pytest.mark.parametrize(
    ("url", "queries"),
    [("", {"venues_total": "SELECT 1"}), ("postgresql://nowhere", {})],
)
def test_half_of_the_settings_asks_nobody(
    settings: Settings, url: str, queries: dict[str, str]
) -> None:
    settings.BUSINESS_DATABASE_URL, settings.BUSINESS_SQL = url, queries

    assert answers() == {}
    assert revenue_totals(at=NOON) == ()


def test_totals_of_revenue_come_by_venue_and_type(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = {
        "revenue_totals": "SELECT venue_id, type, sum(amount_cents) FROM payments GROUP BY 1, 2"
    }
    pay(platform, 5, NOON)
    pay(platform, 6, NOON)

    assert revenue_totals(at=NOON) == [("v1", "primary_sale", 11)]
