"""Segments in PostgreSQL: written one a commit, there until they are sealed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage import codec, damage
from monitoring.storage.arrays import array_text
from monitoring.storage.codec import Columns, CorruptSegmentError
from monitoring.storage.instants import from_ms

_WRITE = "INSERT INTO segment (received_at, t_min, t_max, n, payload) VALUES (%s, %s, %s, %s, %s)"
_FIND = """
SELECT id, received_at, n FROM segment
WHERE received_at >= %s AND received_at <= %s AND t_max >= %s AND t_min <= %s
ORDER BY id LIMIT %s
"""
# The instants select the partitions and the pages; the ids are the choice.
_READ = """
SELECT id, payload FROM segment
WHERE received_at >= %s AND received_at <= %s AND id = ANY(%s::bigint[])
"""
_SAMPLES_AT_ONCE = 500_000  # about 10 MB decoded
_SEGMENT_WEIGHT = 50  # what a segment costs beside its samples, in samples


class Found(NamedTuple):
    """A segment; the higher id is the later write."""

    id: int
    received_at: datetime
    samples: int


def write(
    series: NDArray[np.int32],
    at_ms: NDArray[np.int64],
    values: NDArray[np.float64],
    *,
    received_at: datetime,
) -> None:
    """Insert one segment of samples sorted by series, then time.

    Raises IntegrityError from a CheckViolation if the day of receipt has no partition.
    """
    payload = codec.encode(series, at_ms, values)
    span = from_ms(int(at_ms.min())), from_ms(int(at_ms.max()))
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [received_at, *span, len(series), payload])


def find(
    *, received_from: datetime, received_to: datetime, start: datetime, end: datetime, limit: int
) -> list[Found]:
    """Return the segments received in one span with samples in another, both ends included, by id."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [received_from, received_to, start, end, limit])
        return [Found(*row) for row in cursor.fetchall()]


def read(found: Sequence[Found]) -> Iterator[tuple[Found, Columns]]:
    """Yield the samples of the segments in the order given; few are in memory at once.

    One that was sealed or dropped meanwhile is passed over; a damaged one is reported and passed over.
    """
    for portion in portions(found):
        columns = load(portion)
        for segment in portion:
            held = columns.get(segment.id)
            if held is not None:
                yield segment, held


def portions(found: Sequence[Found]) -> Iterator[Sequence[Found]]:
    """Cut a list of segments into parts that fit into memory."""
    start = samples = 0
    for place, segment in enumerate(found):
        samples += segment.samples + _SEGMENT_WEIGHT
        if samples >= _SAMPLES_AT_ONCE:
            yield found[start : place + 1]
            start, samples = place + 1, 0
    if start < len(found):
        yield found[start:]


def load(portion: Sequence[Found]) -> dict[int, Columns | None]:
    """Return the samples of the segments that are still there by their ids, None for a damaged one."""
    instants = [segment.received_at for segment in portion]
    ids = array_text(segment.id for segment in portion)
    with connection.cursor() as cursor:
        cursor.execute(_READ, [min(instants), max(instants), ids])
        return {segment_id: _decoded(segment_id, payload) for segment_id, payload in cursor}


def _decoded(segment_id: int, payload: bytes) -> Columns | None:
    try:
        return codec.decode(payload)
    except CorruptSegmentError as error:
        damage.report("segment", str(segment_id), error)
        return None
