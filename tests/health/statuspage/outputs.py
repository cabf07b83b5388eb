"""What the status page is asked for in tests: each output, as a browser asks."""

from datetime import timedelta

import pytest
from pytest_django import Settings

BROWSER = {"Accept": "text/html,application/xhtml+xml"}
PATHS = (
    "/status-page",
    "/status-page.json",
    "/status-page/feed.rss",
    "/status-page/feed.atom",
    "/status-page/badge.svg",
    "/status-page/badge/payment.svg",
    "/status-page/history",
)
EACH_PATH = pytest.mark.parametrize("path", PATHS)


def expire(settings: Settings) -> None:
    """Make the next answer anew."""
    settings.STATUS_PAGE_CACHE = timedelta(0)
