"""What tests of business figures share."""

from collections.abc import Iterator

import psycopg
import pytest
from pytest_django import Settings

from tests.sales.platform_database import platform_database


@pytest.fixture(scope="session")
def platform_url(django_db_setup: None) -> Iterator[str]:
    """URL of a database of the platform, for the whole run."""
    with platform_database() as url:
        yield url


@pytest.fixture
def platform(platform_url: str, settings: Settings) -> Iterator[psycopg.Connection]:
    """A connection to the platform's database with empty tables, which the settings name."""
    settings.BUSINESS_DATABASE_URL = platform_url
    with psycopg.connect(platform_url, autocommit=True) as connection:
        connection.execute("TRUNCATE payments, tickets, venues")
        yield connection
