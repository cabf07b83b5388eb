"""System checks of the settings that business figures are read with."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Caution

from sales.business.figures import QUERY_NAMES

_SCHEMES = ("postgresql://", "postgres://")


def register_checks() -> None:
    """Make `manage.py check` run the checks of this file."""
    register(check_queries)


def check_queries(app_configs: Sequence[AppConfig] | None, **_options: Any) -> list[CheckMessage]:
    """Refuse queries for figures that do not exist, and half of what a database needs."""
    del app_configs
    found: list[CheckMessage] = [
        Error(
            f"BUSINESS_SQL_FILE names {name!r}, which is no business figure.",
            hint=f"The figures are {', '.join(sorted(QUERY_NAMES))}.",
            id="sales.E001",
        )
        for name in sorted(settings.BUSINESS_SQL.keys() - QUERY_NAMES)
    ]
    url = settings.BUSINESS_DATABASE_URL
    if url and not url.startswith(_SCHEMES):
        found.append(
            Error("BUSINESS_DATABASE_URL is no URL of a PostgreSQL database.", id="sales.E002")
        )
    if bool(url) != bool(settings.BUSINESS_SQL):
        found.append(
            Caution(
                "BUSINESS_DATABASE_URL and BUSINESS_SQL_FILE do nothing without each other.",
                id="sales.W001",
            )
        )
    return found
