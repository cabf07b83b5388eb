"""The flusher's thread: it calls in time, says how late it is, and ends after a last flush."""

import threading

from monitoring.exposition.flusher import Flusher

WAIT_SECONDS = 10


def test_it_flushes_again_and_again_and_reports_its_lateness() -> None:
    flushed = threading.Semaphore(0)
    late: list[float] = []
    flusher = Flusher(flushed.release, interval_seconds=0.005, late=late.append)

    flusher.start()

    for _ in range(3):
        assert flushed.acquire(timeout=WAIT_SECONDS)
    flusher.stop()
    assert len(late) >= 2
    assert all(0 <= seconds < WAIT_SECONDS for seconds in late)


def test_stopping_flushes_once_more_without_a_lateness() -> None:
    flushes: list[str] = []
    late: list[float] = []
    flusher = Flusher(lambda: flushes.append("flush"), interval_seconds=3_600, late=late.append)
    flusher.start()

    flusher.stop()

    assert (flushes, late) == (["flush"], [])


def test_stopping_does_not_wait_for_ever_for_a_store_that_hangs() -> None:
    answer = threading.Event()
    late: list[float] = []

    def hang() -> None:
        answer.wait(WAIT_SECONDS)

    flusher = Flusher(hang, interval_seconds=3_600, late=late.append)
    flusher.start()

    flusher.stop(timeout_seconds=0.01)

    answer.set()
