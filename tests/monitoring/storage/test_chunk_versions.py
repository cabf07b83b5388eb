"""A reader that keeps decoded chunks finds what one without finds, whatever is sealed before or meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pytest
from django.db import connection
from numpy.typing import NDArray

from monitoring.storage import chunk_cache, chunk_versions, chunks, damage, merging
from monitoring.storage.chunk_cache import ChunkCache
from monitoring.storage.chunk_versions import Span, Versions
from tests.monitoring.storage.reading_chunks import (
    DAY_MS,
    HOUR_MS,
    SECOND,
    found_of,
    line,
    read,
    store,
)
from tests.monitoring.storage.sealing_samples import NOON_MS, add_series, chunk_sizes, fetch

pytestmark = pytest.mark.django_db(transaction=True)

FULL = merging.MAX_SAMPLES


@pytest.fixture(autouse=True)
def cache() -> Iterator[ChunkCache]:
    chunk_cache.begin_anew()
    yield chunk_cache.held()
    chunk_cache.begin_anew()


@pytest.fixture
def fetched(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Note of each statement that fetches payloads how many came."""
    sizes: list[int] = []
    real = chunk_versions.fetch

    def noting(span: Span) -> dict[bytes, bytes]:
        payloads = real(span)
        sizes.append(len(payloads))
        return payloads

    monkeypatch.setattr(chunk_versions, "fetch", noting)
    return sizes


def test_what_was_read_once_is_not_fetched_again(fetched: list[int]) -> None:
    add_series(1, 2)
    store(*line(1, FULL + 1), *line(2, 3))

    first = read(1, 2)

    assert fetched == [3]
    assert read(1, 2) == first == found_of(line(1, FULL + 1) + line(2, 3))
    assert read(2, start=SECOND) == found_of(line(2, 3)[1:])
    assert fetched == [3]


def test_a_late_sample_is_seen_at_once(fetched: list[int]) -> None:
    add_series(1, 2)
    store(*line(1, 5), *line(2, 5))
    before = read(1, 2)

    store((1, 2 * SECOND + 1, 9.0))

    assert read(1, 2) == before | {(1, 2 * SECOND + 1): 9.0}
    assert fetched == [2, 1]


def test_a_value_that_was_written_again_is_seen_at_once() -> None:
    add_series(1)
    store(*line(1, 5))
    before = read(1)

    store((1, 2 * SECOND, 9.0))

    assert chunk_sizes() == [5], "only the transaction tells the two versions apart"
    assert read(1) == before | {(1, 2 * SECOND): 9.0}


def test_the_halves_of_a_full_chunk_are_seen_at_once() -> None:
    add_series(1)
    store(*line(1, FULL))
    before = read(1)

    store((1, 100 * SECOND + 1, 9.0))

    assert len(chunk_sizes()) == 2
    assert read(1) == before | {(1, 100 * SECOND + 1): 9.0}


def _late_value() -> None:
    store((1, 2 * SECOND, 9.0))


def _halves() -> None:
    store((1, 100 * SECOND + 1, 9.0))


def _earlier_begin() -> None:
    store((2, -SECOND, 9.0))


def _gone() -> None:
    fetch("DELETE FROM chunk WHERE series_id = 1 RETURNING 1")


@pytest.mark.parametrize("kept", [(3,), (2, 3), (1, 3)])
@pytest.mark.parametrize("change", [_late_value, _halves, _earlier_begin, _gone])
def test_a_seal_between_the_list_and_the_payloads_loses_nothing(
    change: Callable[[], None], kept: Sequence[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_series(1, 2, 3)
    store(*line(1, FULL), *line(2, 5), *line(3, 5))
    before = read(1, 2, 3)
    chunk_cache.begin_anew()
    read(*kept)
    real = chunk_versions.find

    def find_then_change(span: Span, limit: int | None) -> Versions:
        versions = real(span, limit)
        change()
        return versions

    with monkeypatch.context() as patch:
        patch.setattr(chunk_versions, "find", find_then_change)
        found = read(1, 2, 3)

    chunk_cache.begin_anew()
    after = read(1, 2, 3)
    assert before != after
    assert found in (before, after)


def test_a_damaged_chunk_is_reported_at_each_read_and_never_kept(
    monkeypatch: pytest.MonkeyPatch, cache: ChunkCache
) -> None:
    counted: list[object] = []
    monkeypatch.setattr(damage, "sinks", [lambda *count: counted.append(count)])
    add_series(1, 2)
    store(*line(1, 5), *line(2, 5))
    flip = "UPDATE chunk SET payload = set_byte(payload, 9, get_byte(payload, 9) # 1) WHERE series_id = 1 RETURNING 1"
    fetch(flip)

    assert read(1, 2) == read(1, 2) == found_of(line(2, 5))
    assert counted == [("storage_corrupt_total", {"table": "chunk"}, 1)] * 2
    assert cache.held_bytes == chunk_cache.ENTRY_BYTES + 5 * chunk_cache.SAMPLE_BYTES

    fetch(flip)
    assert read(1, 2) == found_of(line(1, 5) + line(2, 5))


def test_one_that_is_set_aside_does_not_hide_its_successor(cache: ChunkCache) -> None:
    add_series(1)
    store(*line(1, 5))
    read(1)
    fetch("UPDATE chunk SET payload = set_byte(payload, 9, get_byte(payload, 9) # 1) RETURNING 1")

    store(*line(1, 1))

    assert fetch("SELECT count(*) FROM chunk") == [(2,)]
    assert read(1) == read(1) == found_of(line(1, 1))


def test_what_a_transaction_took_back_is_forgotten() -> None:
    add_series(1)
    store(*line(1, 5))
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("DELETE FROM chunk")
        assert read(1) == {}
        cursor.execute("ROLLBACK")

    assert read(1) == found_of(line(1, 5))


def test_no_list_is_longer_than_the_limit_can_need(monkeypatch: pytest.MonkeyPatch) -> None:
    add_series(1)
    store(*((1, day * HOUR_MS * 24, 1.0) for day in (-1, 0)), (1, -12 * HOUR_MS - 1, 1.0))
    listed: list[int] = []
    real = chunk_versions.find

    def noting(span: Span, limit: int | None) -> Versions:
        versions = real(span, limit)
        listed.append(len(versions.keys))
        return versions

    monkeypatch.setattr(chunk_versions, "find", noting)
    span = NOON_MS - 2 * DAY_MS, NOON_MS + DAY_MS
    wanted: NDArray[np.int32] = np.array([1], np.int32)
    size = partial(chunks.read, wanted, *span)

    assert len(size(limit_points=3).series) == 3
    with pytest.raises(chunks.TooManyPointsError):
        size(limit_points=2)
    assert max(listed) <= 3


def test_chunks_that_only_reach_across_the_span_do_not_use_the_limit_up() -> None:
    add_series(1, 2, 3)
    around = [(series, sign * 2 * HOUR_MS, 1.0) for series in (1, 2, 3) for sign in (-1, 1)]
    store(*around, (3, 0, 5.0))

    found = chunks.read(
        np.array([1, 2, 3], np.int32), NOON_MS - HOUR_MS, NOON_MS + HOUR_MS, limit_points=1
    )

    assert found.values.tolist() == [5.0]
