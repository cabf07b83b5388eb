"""Segments are read each once, in the order of their writing."""

import numpy as np
import pytest
from django.db import connection

from monitoring.storage import damage, segments
from monitoring.storage.instants import to_ms
from monitoring.storage.partitions import ensure_day
from monitoring.storage.segments import Found
from tests.monitoring.factories import NOON, SegmentFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _day() -> None:
    ensure_day(NOON)


def write(number: float) -> None:
    segments.write(
        np.array([1, 2], np.int32),
        np.full(2, to_ms(NOON), np.int64),
        np.full(2, number, np.float64),
        received_at=NOON,
    )


def find(limit: int = 9) -> list[Found]:
    return segments.find(received_from=NOON, received_to=NOON, start=NOON, end=NOON, limit=limit)


@pytest.mark.parametrize("at_once", [1, 52, 53, 104, 105, 10_000])
def test_each_segment_is_read_once_however_many_fit_into_memory(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        write(number)
    monkeypatch.setattr(segments, "_SAMPLES_AT_ONCE", at_once)
    found = find()

    read = list(segments.read(found))

    assert [segment for segment, _ in read] == found
    assert [columns.values.tolist() for _, columns in read] == [[n, n] for n in range(5)]
    assert [segment.samples for segment in found] == [2] * 5


def test_no_more_segments_are_found_than_asked_for() -> None:
    for number in range(3):
        write(number)

    found = find(limit=2)

    assert len(found) == 2
    assert found[0].id < found[1].id


def test_a_segment_that_was_sealed_meanwhile_is_passed_over() -> None:
    write(1)
    write(2)
    first, second = find()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM segment WHERE id = %s", [first.id])

    assert [segment for segment, _ in segments.read([first, second])] == [second]


def test_a_damaged_segment_is_counted_and_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[tuple[str, dict[str, str], float]] = []
    monkeypatch.setattr(
        damage, "sinks", [lambda name, labels, by: counted.append((name, dict(labels), by))]
    )
    write(1)
    SegmentFactory.create(id=4_711_000_001, payload=b"damaged")

    assert [columns.values.tolist() for _, columns in segments.read(find())] == [[1, 1]]
    assert counted == [(damage.CORRUPT, {"table": "segment"}, 1)]
