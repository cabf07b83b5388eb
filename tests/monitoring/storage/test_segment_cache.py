"""The cache of decoded segments stays within its bytes."""

import numpy as np
import pytest

from monitoring.storage.codec import Columns, decode, encode
from monitoring.storage.segment_cache import SegmentCache


def segment(samples: int) -> Columns:
    series = np.ones(samples, np.int32)
    return decode(encode(series, np.arange(samples), np.zeros(samples)))


def test_a_segment_is_found_again() -> None:
    cache, columns = SegmentCache(10_000), segment(1)
    cache.put(1, columns)

    assert cache.get(1) is columns
    assert cache.get(2) is None


def test_what_was_not_read_for_longest_goes_first() -> None:
    cache = SegmentCache(3_000)
    for number in (1, 2, 3):
        cache.put(number, segment(1))
    cache.get(1)

    cache.put(4, segment(1))

    assert [number for number in (1, 2, 3, 4) if cache.get(number)] == [1, 3, 4]


@pytest.mark.parametrize("capacity", [0, 1_000, 5_000, 100_000])
def test_the_cache_never_holds_more_than_its_bytes(capacity: int) -> None:
    cache = SegmentCache(capacity)

    for number in range(50):
        cache.put(number, segment(number + 1))
        assert cache.held_bytes <= capacity


def test_the_last_byte_may_be_used() -> None:
    measuring = SegmentCache(10_000)
    measuring.put(1, segment(1))
    cache = SegmentCache(2 * measuring.held_bytes)
    cache.put(1, segment(1))
    cache.put(2, segment(1))
    alone = SegmentCache(measuring.held_bytes)
    alone.put(1, segment(1))

    assert (len(cache), len(alone)) == (2, 1)


def test_the_count_of_bytes_returns_to_zero() -> None:
    cache = SegmentCache(3_000)
    for number in range(10):
        cache.put(number, segment(5))

    cache.clear()

    assert (len(cache), cache.held_bytes) == (0, 0)


def test_a_segment_put_twice_is_counted_once() -> None:
    cache = SegmentCache(10_000)
    cache.put(1, segment(1))
    once = cache.held_bytes

    cache.put(1, segment(1))

    assert (len(cache), cache.held_bytes) == (1, once)
