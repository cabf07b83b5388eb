"""Past days of segments: empty ones go, others are complained about, none goes in silence."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from monitoring.models import Segment
from monitoring.storage import partitions, retention, segment_days
from monitoring.storage.partitioned_tables import SEGMENT
from monitoring.storage.partitions import ensure_day
from monitoring.storage.segment_days import DroppedDays, drop_days
from tests.monitoring.factories import NOON, SegmentFactory
from tests.monitoring.storage.partition_rows import attached_names, drop_all_partitions, execute
from tests.monitoring.storage.second_connection import second_connection

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
NOTHING = DroppedDays([], [], 0, 0)


@pytest.fixture(autouse=True)
def _no_partitions(settings: Settings) -> Iterator[None]:
    settings.METRICS_RETENTION = timedelta(days=5)
    drop_all_partitions()
    yield
    for name in retention.detached(SEGMENT):
        execute(f"DROP TABLE {name}")
    drop_all_partitions()


def received(at: datetime, *, samples: int = 1) -> None:
    ensure_day(at)
    SegmentFactory.create(received_at=at, n=samples)


def errors(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]


def test_an_empty_day_goes_two_days_after_its_end() -> None:
    ensure_day(NOON)
    due = datetime(2025, 1, 15, tzinfo=UTC)

    assert drop_days(due - timedelta(microseconds=1)) == NOTHING
    assert drop_days(due).dropped == ["segment_20250112"]
    assert attached_names() == []


def test_a_past_day_that_is_not_sealed_stays_and_is_complained_about(
    caplog: pytest.LogCaptureFixture,
) -> None:
    received(NOON, samples=40)
    received(NOON + timedelta(seconds=1), samples=2)

    assert drop_days(NOON + 4 * DAY) == DroppedDays([], [], 42, 0)
    assert drop_days(NOON + 4 * DAY + timedelta(hours=1)).overdue_samples == 42

    assert errors(caplog) == ["past days are not sealed"] * 2
    assert Segment.objects.count() == 2


def test_it_goes_at_the_very_end_of_the_retention_and_says_what_is_lost(
    caplog: pytest.LogCaptureFixture,
) -> None:
    received(NOON, samples=42)
    end = datetime(2025, 1, 18, 0, 5, tzinfo=UTC)

    assert drop_days(end - timedelta(microseconds=1)) == DroppedDays([], [], 42, 0)
    caplog.clear()
    assert drop_days(end) == DroppedDays(["segment_20250112"], [], 0, 42)

    assert errors(caplog) == ["unsealed samples are lost"]


def test_days_that_were_only_just_over_are_not_looked_at(caplog: pytest.LogCaptureFixture) -> None:
    received(NOON)

    assert drop_days(NOON + 2 * DAY) == NOTHING
    assert errors(caplog) == []


def test_of_several_days_only_the_empty_ones_go() -> None:
    for number in range(3):
        ensure_day(NOON + number * DAY)
    received(NOON + DAY)

    report = drop_days(NOON + 5 * DAY)

    assert report.dropped == ["segment_20250112", "segment_20250114"]
    assert attached_names() == ["segment_20250113"]


def test_an_empty_day_that_a_cut_off_run_left_behind_goes() -> None:
    ensure_day(NOON)
    execute("ALTER TABLE segment DETACH PARTITION segment_20250112")

    assert drop_days(NOON + 3 * DAY).dropped == ["segment_20250112"]


def test_a_day_that_was_detached_with_samples_comes_back() -> None:
    received(NOON)
    execute("ALTER TABLE segment DETACH PARTITION segment_20250112")
    assert Segment.objects.count() == 0

    assert drop_days(NOON + 3 * DAY) == DroppedDays([], [], 1, 0)

    assert Segment.objects.count() == 1


def test_samples_that_come_while_an_empty_day_is_detached_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The writer of the last moment: the day was empty when it was chosen."""
    ensure_day(NOON)
    look = segment_days._contents

    def look_then_write(name: str) -> object:
        found = look(name)
        monkeypatch.setattr(segment_days, "_contents", look)
        SegmentFactory.create(received_at=NOON)
        return found

    monkeypatch.setattr(segment_days, "_contents", look_then_write)

    assert drop_days(NOON + 3 * DAY) == DroppedDays([], [], 1, 0)
    assert Segment.objects.count() == 1


def test_a_day_that_cannot_be_attached_just_now_is_attached_by_the_next_run() -> None:
    received(NOON)
    execute("ALTER TABLE segment DETACH PARTITION segment_20250112")
    with second_connection() as other:
        other.execute("BEGIN; LOCK TABLE segment IN SHARE UPDATE EXCLUSIVE MODE")
        assert drop_days(NOON + 3 * DAY).postponed == ["segment_20250112"]

    drop_days(NOON + 3 * DAY)

    assert partitions.attached(SEGMENT) == {"segment_20250112": False}
