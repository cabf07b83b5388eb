"""Whatever is written, sealed and read: with the decoded chunks that a process keeps it reads the same."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.storage import chunk_cache, merging
from monitoring.storage.chunk_cache import ChunkCache
from tests.monitoring.storage.reading_chunks import HOUR_MS, found_of, read, store
from tests.monitoring.storage.sealing_samples import Found, Rows, add_series

pytestmark = pytest.mark.django_db(transaction=True)

FULL = merging.MAX_SAMPLES
_INSTANTS = st.one_of(st.integers(-20, 20), st.integers(-24, 13).map(lambda hour: hour * HOUR_MS))
_WRITES = st.lists(st.tuples(st.integers(1, 3), _INSTANTS, st.floats(-9, 9)), min_size=1)
_READS = st.tuples(st.sets(st.integers(1, 3), min_size=1), _INSTANTS, _INSTANTS)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(_WRITES, st.lists(_READS, max_size=4)), min_size=1, max_size=6),
    most=st.sampled_from([3, 7, FULL]),
    room=st.sampled_from([3_000, 33_554_432]),
)
def test_a_read_is_the_same_with_and_without_the_cache(
    steps: list[tuple[Rows, list[tuple[set[int], int, int]]]], most: int, room: int
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE segment, chunk, rollup_due, latest, series")
    add_series(1, 2, 3)
    written: Found = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging, "MAX_SAMPLES", most)
        patch.setattr(chunk_cache, "_cache", ChunkCache(room))
        for rows, reads in steps:
            store(*rows)
            written |= found_of(rows)
            for ids, one, other in reads:
                start, end = min(one, other), max(one, other)
                expected = {
                    (series, at_ms): value
                    for (series, at_ms), value in written.items()
                    if series in ids and start <= at_ms <= end
                }
                assert read(*sorted(ids), start=start, end=end) == expected
                with pytest.MonkeyPatch.context() as without:
                    without.setattr(chunk_cache, "_cache", ChunkCache(0))
                    assert read(*sorted(ids), start=start, end=end) == expected
