"""What one test taught the process about the catalogue is nothing to the next."""

import pytest

from monitoring.ingest.series_cache import CACHE


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    CACHE.clear()
