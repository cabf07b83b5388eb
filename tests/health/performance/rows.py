"""Requests and roll-ups as the tests of this room need them."""

from collections.abc import Iterable
from datetime import timedelta

from health.models import PerformanceRollup
from health.models.performance import RollupSource
from health.performance.measured import MeasuredRequest
from health.performance.parts import MINUTE, parts_of
from health.services.performance import rollups_of
from tests.health.performance.test_parts import NOON, request

THRESHOLD_MS = 500
__all__ = ["NOON", "request", "requests_of", "roll_up"]


def roll_up(
    requests: Iterable[MeasuredRequest],
    *,
    width: timedelta = MINUTE,
    source: RollupSource = RollupSource.REQUESTS,
) -> None:
    """Store requests in the roll-up alone."""
    parts = parts_of(requests, threshold_ms=THRESHOLD_MS, width=width)
    PerformanceRollup.objects.bulk_create(rollups_of(parts, width=width, source=source))


def requests_of(**fields: object) -> int:
    """Return how many requests the matching roll-ups hold."""
    rows = PerformanceRollup.objects.filter(**fields)
    return sum(rows.values_list("requests", flat=True))
