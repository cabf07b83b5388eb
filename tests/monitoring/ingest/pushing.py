"""Pushes samples through the door and looks at what became of them."""

from datetime import datetime, timedelta

from monitoring.ingest.door import RequestKey, ingest
from monitoring.query.latest import latest_values
from monitoring.query.range import read_range
from monitoring.storage.instants import from_ms
from monitoring.types import IngestReport, LatestValue, Origin, Sample
from tests.monitoring.factories import NOON

MINUTE = timedelta(minutes=1)
LATER = NOON + MINUTE


def push(*samples: Sample, at: datetime = NOON, request: RequestKey | None = None) -> IngestReport:
    """Bring samples to the door."""
    return ingest(samples, origin=Origin.PUSH, at=at, request=request)


def only() -> LatestValue:
    """Return the newest value of the only series there is."""
    (value,) = latest_values()
    return value


def curve(metric: str) -> list[tuple[datetime, float]]:
    """Return the points of the only series of a metric."""
    (found,) = read_range(metric=metric, start=NOON - timedelta(days=2), end=NOON + timedelta(1))
    instants = [from_ms(at_ms) for at_ms in found.at_ms.tolist()]
    return list(zip(instants, found.values.tolist(), strict=True))
