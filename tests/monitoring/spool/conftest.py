"""A spool of each test's own, and a database that is away."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from monitoring.ingest.series_cache import CACHE
from monitoring.spool import keeping
from monitoring.spool.files import SpoolFiles
from tests.monitoring.spool.absence import database_away
from tests.monitoring.spool.counted import Counted

Away = Callable[[], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    CACHE.clear()


@pytest.fixture
def files(tmp_path: Path) -> SpoolFiles:
    """Return a spool that nobody knows of."""
    return SpoolFiles(tmp_path / "spool", 10**6, max_age_seconds=3_600)


@pytest.fixture
def spool(settings: Settings, tmp_path: Path) -> Iterator[SpoolFiles]:
    """Switch the spool on; return it."""
    settings.INGEST_SPOOL = True
    settings.INGEST_SPOOL_DIR = tmp_path / "spool"
    keeping.spool_files.cache_clear()
    found = keeping.spool_files()
    assert found is not None
    yield found
    keeping.spool_files.cache_clear()


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> Away:
    """Return what keeps the database away while it is entered; for tests without a transaction of their own."""

    return partial(database_away, monkeypatch)


@pytest.fixture
def counted() -> Iterator[Counted]:
    """Return what the door and the spool count during the test."""
    with Counted() as sink:
        yield sink
