"""A process that looks at what is not sealed, and those who write meanwhile."""

from collections.abc import Iterator

import pytest

from monitoring.storage.partitions import ensure_day
from monitoring.storage.unsealed import Unsealed
from tests.monitoring.factories import NOON
from tests.monitoring.storage.looking import (
    MEGABYTE,
    Session,
    series_without_samples,
    two_writers,
)


@pytest.fixture
def noon_day() -> None:
    """Create the partition that the writes of these tests go to."""
    ensure_day(NOON)


@pytest.fixture
def one(noon_day: None) -> int:
    """Return a series that has no sample yet."""
    return series_without_samples()


@pytest.fixture
def process() -> Unsealed:
    """Return what one process remembers: nothing yet."""
    return Unsealed(MEGABYTE)


@pytest.fixture
def writers() -> Iterator[tuple[Session, Session]]:
    """Yield two sessions in a transaction each."""
    with two_writers() as both:
        yield both
