"""Snapshots: built once while they are fresh, by one builder at a time."""

import gzip
import threading
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.exposition.snapshot import Snapshot, SnapshotCache

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEEP = timedelta(seconds=2)


class Builder:
    def __init__(self) -> None:
        self.built: list[datetime] = []

    def __call__(self, at: datetime) -> bytes:
        self.built.append(at)
        return at.isoformat().encode()


@pytest.mark.parametrize(
    ("later", "builds"),
    [
        (timedelta(0), 1),
        (KEEP - timedelta(microseconds=1), 1),
        (KEEP, 2),
        (timedelta(microseconds=-1), 2),
    ],
)
def test_a_snapshot_answers_until_it_is_too_old_or_the_clock_went_back(
    later: timedelta, builds: int
) -> None:
    build = Builder()
    cache = SnapshotCache(build)
    cache.get(at=NOON, keep=KEEP)

    snapshot = cache.get(at=NOON + later, keep=KEEP)

    assert len(build.built) == builds
    assert snapshot.body == build.built[-1].isoformat().encode()


def test_a_cleared_cache_builds_anew() -> None:
    build = Builder()
    cache = SnapshotCache(build)
    cache.get(at=NOON, keep=KEEP)
    cache.clear()

    cache.get(at=NOON, keep=KEEP)

    assert len(build.built) == 2


def test_scrapers_that_come_together_share_one_build() -> None:
    build = Builder()
    cache = SnapshotCache(build)
    start = threading.Barrier(8)

    def scrape() -> None:
        start.wait(timeout=10)
        cache.get(at=NOON, keep=KEEP)

    scrapers = [threading.Thread(target=scrape) for _ in range(8)]
    for scraper in scrapers:
        scraper.start()
    for scraper in scrapers:
        scraper.join(timeout=10)

    assert build.built == [NOON]


def test_a_build_that_fails_is_tried_again_by_the_next_scraper() -> None:
    attempts: list[datetime] = []

    def build(at: datetime) -> bytes:
        attempts.append(at)
        if len(attempts) == 1:
            raise ConnectionError
        return b"text"

    cache = SnapshotCache(build)
    with pytest.raises(ConnectionError):
        cache.get(at=NOON, keep=KEEP)

    assert cache.get(at=NOON, keep=KEEP).body == b"text"


def test_the_compressed_body_is_the_body() -> None:
    snapshot = Snapshot(b"a 1\n" * 1_000, NOON)

    assert gzip.decompress(snapshot.compressed) == snapshot.body
    assert snapshot.compressed is snapshot.compressed
