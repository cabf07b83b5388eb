"""Fixed windows in the process: exact, bounded, and over when the minute is."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from monitoring.api.windows import LocalWindows, Usage

MINUTE = 1_700_000_040.0  # divides by 60


def test_a_window_counts_up_to_its_limit_and_beyond() -> None:
    windows = LocalWindows()

    usages = [windows.hit("ana", limit=2, now=MINUTE + second) for second in range(3)]

    assert [usage.count for usage in usages] == [1, 2, 3]
    assert [usage.remaining for usage in usages] == [1, 0, 0]
    assert [usage.is_over for usage in usages] == [False, False, True]


@pytest.mark.parametrize(("second", "left"), [(0, 60), (0.5, 60), (1, 59), (59, 1), (59.9, 1)])
def test_a_window_tells_how_long_it_lasts(second: float, left: int) -> None:
    assert LocalWindows().hit("ana", limit=2, now=MINUTE + second).reset_seconds == left


def test_the_next_minute_begins_anew() -> None:
    windows = LocalWindows()
    windows.hit("ana", limit=1, now=MINUTE + 59.9)

    assert windows.hit("ana", limit=1, now=MINUTE + 60) == Usage(count=1, limit=1, reset_seconds=60)


def test_keys_are_counted_apart() -> None:
    windows = LocalWindows()
    windows.hit("ana", limit=1, now=MINUTE)

    assert windows.hit("bo", limit=1, now=MINUTE).count == 1


def test_of_too_many_keys_the_oldest_is_forgotten() -> None:
    windows = LocalWindows(most_keys=2)
    for key in ("ana", "bo", "cy"):
        windows.hit(key, limit=9, now=MINUTE)

    assert windows.hit("bo", limit=9, now=MINUTE).count == 2
    assert windows.hit("cy", limit=9, now=MINUTE).count == 2
    assert windows.hit("ana", limit=9, now=MINUTE).count == 1


def test_threads_lose_no_count() -> None:
    windows = LocalWindows()
    with ThreadPoolExecutor(16) as threads:
        usages = list(threads.map(lambda _: windows.hit("ana", limit=100, now=MINUTE), range(400)))

    assert sorted(usage.count for usage in usages) == list(range(1, 401))
