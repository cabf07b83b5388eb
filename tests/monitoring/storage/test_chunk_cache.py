"""Decoded chunks are kept within bounds, those used last, whole and unchanged."""

import os
import signal
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from monitoring.storage import chunk_cache
from monitoring.storage.chunk_cache import ENTRY_BYTES, SAMPLE_BYTES, ChunkCache, Piece

SAMPLES = 10
PIECE_BYTES = ENTRY_BYTES + SAMPLES * SAMPLE_BYTES


def piece(number: int, samples: int = SAMPLES) -> Piece:
    return Piece(np.full(samples, number, np.int64), np.full(samples, float(number)))


def key(number: int) -> bytes:
    return number.to_bytes(4, "big")


def keep(cache: ChunkCache, *numbers: int) -> None:
    for number in numbers:
        cache.keep({key(number): piece(number)})


def held(cache: ChunkCache, *numbers: int) -> list[int]:
    """Return which of them are held, and so use them."""
    found = cache.get([key(number) for number in numbers])
    for each, (at_ms, values) in found.items():
        assert set(at_ms.tolist()) == set(values.tolist()) == {int.from_bytes(each, "big")}
    return [int.from_bytes(each, "big") for each in found]


def test_what_was_kept_is_found_and_nothing_else() -> None:
    cache = ChunkCache(10 * PIECE_BYTES)

    keep(cache, 1, 2)

    assert held(cache, 0, 1, 2, 3) == [1, 2]
    assert cache.held_bytes == 2 * PIECE_BYTES


def test_a_piece_is_a_copy_that_nobody_can_write() -> None:
    both = piece(1, 2 * SAMPLES)

    copy = Piece.of(both.at_ms[:SAMPLES], both.values[:SAMPLES])

    assert copy.at_ms.tolist() == copy.values.tolist() == [1] * SAMPLES
    for column in copy:
        assert column.base is None, "the rest of the array would be held as well"
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 7


def test_what_was_not_used_for_longest_goes_first() -> None:
    cache = ChunkCache(4 * PIECE_BYTES)
    keep(cache, 1, 2, 3, 4)
    held(cache, 1)

    keep(cache, 5)
    assert held(cache, 1, 2) == [1]

    keep(cache, 6)
    assert held(cache, 3, 4, 1, 5, 6) == [4, 1, 5, 6]


def test_the_room_is_filled_to_the_last_byte() -> None:
    exact, short = ChunkCache(4 * PIECE_BYTES), ChunkCache(4 * PIECE_BYTES - 1)

    for cache in (exact, short):
        keep(cache, 1, 2, 3, 4)

    assert held(exact, 1, 2, 3, 4) == [1, 2, 3, 4]
    assert held(short, 1, 2, 3, 4) == [2, 3, 4]


def test_what_would_take_more_than_half_of_the_room_drives_nothing_out() -> None:
    cache = ChunkCache(4 * PIECE_BYTES)
    keep(cache, 1)

    cache.keep({key(number): piece(number) for number in (2, 3, 4)})
    assert held(cache, 1, 2, 3, 4) == [1]

    cache.keep({key(number): piece(number) for number in (2, 3)})
    assert held(cache, 1, 2, 3) == [1, 2, 3]


def test_a_piece_that_is_kept_twice_is_counted_once() -> None:
    cache = ChunkCache(4 * PIECE_BYTES)

    keep(cache, 1, 1, 1, 1, 1, 2)

    assert held(cache, 1, 2) == [1, 2]
    assert cache.held_bytes == 2 * PIECE_BYTES


def test_without_room_nothing_is_kept() -> None:
    cache = ChunkCache(0)

    keep(cache, 1)

    assert held(cache, 1) == []
    assert cache.held_bytes == 0


@given(
    capacity=st.integers(0, 20_000),
    reads=st.lists(
        st.dictionaries(st.integers(0, 30), st.integers(1, 40), max_size=6), max_size=30
    ),
)
def test_never_more_is_held_than_there_is_room_for(
    capacity: int, reads: list[dict[int, int]]
) -> None:
    cache = ChunkCache(capacity)

    for read in reads:
        cache.keep({key(number): piece(number, samples) for number, samples in read.items()})

        pieces = cache.get([key(number) for number in range(31)]).values()
        sizes = [ENTRY_BYTES + SAMPLE_BYTES * len(each.at_ms) for each in pieces]
        assert cache.held_bytes == sum(sizes) <= capacity


def test_threads_share_it() -> None:
    cache = ChunkCache(8 * PIECE_BYTES)
    start, failures = threading.Barrier(8), []

    def work(seed: int) -> None:
        random = np.random.default_rng(seed)
        start.wait()
        try:
            for _ in range(400):
                numbers = random.choice(20, 3, replace=False).tolist()
                held(cache, *numbers)
                cache.keep({key(number): piece(number) for number in numbers})
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(held(cache, *range(20))) * PIECE_BYTES == cache.held_bytes == 8 * PIECE_BYTES


def test_a_forked_process_begins_anew_whoever_holds_the_lock() -> None:
    keep(chunk_cache.held(), 1)
    held_by_another, done = threading.Event(), threading.Event()

    def hold() -> None:
        with chunk_cache.held()._lock:
            held_by_another.set()
            done.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held_by_another.wait()
    child = os.fork()
    if not child:
        signal.alarm(20)  # instead of waiting for the lock for ever
        os._exit(len(held(chunk_cache.held(), 1)))
    done.set()
    thread.join()

    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert held(chunk_cache.held(), 1) == [1]


def test_the_room_is_a_setting(settings: Settings) -> None:
    settings.CHUNK_CACHE_BYTES = 2 * PIECE_BYTES
    chunk_cache.begin_anew()
    try:
        keep(chunk_cache.held(), 1, 2, 3)
        assert held(chunk_cache.held(), 1, 2, 3) == [2, 3]
    finally:
        settings.CHUNK_CACHE_BYTES = 33_554_432
        chunk_cache.begin_anew()
