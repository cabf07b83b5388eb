"""System checks of business figures: a query that nobody would ever run is named before the start."""

import pytest
from pytest_django import Settings

from sales.checks import check_queries

URL = "postgresql://reader@127.0.0.1/platform"


@pytest.mark.parametrize(
    ("url", "queries", "found"),
    [
        ("", {}, []),
        (URL, {"venues_total": "SELECT 1", "revenue_totals": "SELECT 1"}, []),
        (URL, {"venues": "SELECT 1"}, ["sales.E001"]),
        ("mysql://reader@127.0.0.1/platform", {"venues_total": "SELECT 1"}, ["sales.E002"]),
        (URL, {}, ["sales.W001"]),
        ("", {"venues_total": "SELECT 1"}, ["sales.W001"]),
    ],
)
def test_settings_that_do_not_fit_are_named(
    settings: Settings, url: str, queries: dict[str, str], found: list[str]
) -> None:
    settings.BUSINESS_DATABASE_URL, settings.BUSINESS_SQL = url, queries

    assert [message.id for message in check_queries(None)] == found
