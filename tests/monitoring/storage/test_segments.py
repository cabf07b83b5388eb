"""Segments are read each once, in the order of their writing."""

import numpy as np
import pytest

from monitoring.storage import segments
from monitoring.storage.instants import to_ms
from monitoring.storage.partitions import ensure_day
from monitoring.storage.segment_cache import CACHE
from tests.monitoring.factories import NOON

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("at_once", [1, 52, 53, 104, 105, 10_000])
def test_each_segment_is_read_once_however_many_fit_into_memory(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_day(NOON)
    for number in range(5):
        segments.write(
            np.array([1, 2], np.int32),
            np.full(2, to_ms(NOON), np.int64),
            np.full(2, number, np.float64),
            received_at=NOON,
        )
    monkeypatch.setattr(segments, "_SAMPLES_AT_ONCE", at_once)
    found = segments.find(received_from=NOON, received_to=NOON, start=NOON, end=NOON, limit=9)
    CACHE.clear()

    read = list(segments.read(found))

    assert [segment for segment, _ in read] == found
    assert [columns.values.tolist() for _, columns in read] == [[n, n] for n in range(5)]
    assert [segment.samples for segment in found] == [2] * 5


def test_no_more_segments_are_found_than_asked_for() -> None:
    ensure_day(NOON)
    for _ in range(3):
        segments.write(
            np.array([1], np.int32), np.array([to_ms(NOON)]), np.array([1.0]), received_at=NOON
        )

    found = segments.find(received_from=NOON, received_to=NOON, start=NOON, end=NOON, limit=2)

    assert len(found) == 2
    assert found[0].id < found[1].id
