"""What is damaged, refused or in the way costs nothing but itself, and nothing is deleted for it."""

from datetime import timedelta

import pytest
from django.db import DataError, InternalError

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest import tally
from monitoring.ingest.door import RequestKey
from monitoring.spool import replay as module
from monitoring.spool.files import SpoolFiles
from monitoring.spool.records import Record
from monitoring.spool.replay import Replayed, replay
from monitoring.types import IngestReport, MetricType, Sample, Temporality
from tests.monitoring.factories import NOON, MetricFactory, counter, gauge
from tests.monitoring.ingest.pushing import only, push
from tests.monitoring.spool.counted import Counted
from tests.monitoring.spool.kept import put

SECOND = timedelta(seconds=1)


def aside(files: SpoolFiles) -> list[str]:
    """Return why stretches were set aside."""
    return sorted(path.suffix for path in files.directory.iterdir() if "." in path.stem)


@pytest.mark.django_db
def test_a_damaged_stretch_is_set_aside_and_the_rest_is_stored(
    files: SpoolFiles, counted: Counted
) -> None:
    ends = []
    for number in range(3):
        put(files, counter(10**number))
        ends.append(files.size())
    (path,) = files.waiting()
    content = bytearray(path.read_bytes())
    content[ends[0] + 20] ^= 1
    path.write_bytes(content)

    done = replay(files)

    assert done == Replayed(records=2, samples=2, damaged=1)
    assert only().value == 101
    assert files.waiting() == []
    (kept,) = files.directory.glob("*.damaged")
    assert kept.read_bytes() == content[ends[0] : ends[1]]
    assert counted[tally.SPOOL_DAMAGED] == 1
    assert counted[tally.SPOOL_REPLAYED] == 2


@pytest.mark.django_db
def test_a_torn_end_is_set_aside(files: SpoolFiles) -> None:
    put(files, counter(1))
    put(files, counter(10))
    (path,) = files.waiting()
    path.write_bytes(path.read_bytes()[:-3])

    assert replay(files) == Replayed(records=1, samples=1, damaged=1)
    assert only().value == 1
    assert aside(files) == [".damaged"]


def fails_for(number: float, error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let records of that value fail."""
    ingest_under = module._ingest_under

    def fail(record: Record, key: RequestKey) -> IngestReport:
        if record.values[0] == number:
            raise error
        return ingest_under(record, key)

    monkeypatch.setattr(module, "_ingest_under", fail)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [DataError("no"), ValueError("no"), KeyError("no")])
def test_a_record_that_cannot_be_stored_blocks_nothing_and_can_be_tried_again(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch, counted: Counted, error: Exception
) -> None:
    for value in (1, 10, 100):
        put(files, counter(value))
    with monkeypatch.context() as patch:
        fails_for(10, error, patch)
        done = replay(files)

    assert done == Replayed(records=2, samples=2, refused=1)
    assert only().value == 101
    assert aside(files) == [".refused"]
    assert counted[tally.SPOOL_REFUSED] == 1

    (refused,) = files.directory.glob("*.refused")
    refused.rename(files.directory / "1.spool")
    assert replay(files) == Replayed(records=1, samples=1)
    assert only().value == 111


@pytest.mark.django_db
@pytest.mark.parametrize("error", [InternalError("read-only transaction"), MemoryError()])
def test_what_is_not_the_records_fault_makes_it_wait(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    for value in (1, 10, 100):
        put(files, counter(value))
    with monkeypatch.context() as patch:
        fails_for(10, error, patch)
        with pytest.raises(DatabaseUnavailableError):
            replay(files)
    assert only().value == 1
    assert aside(files) == []

    assert replay(files) == Replayed(records=2, samples=2)
    assert only().value == 111


@pytest.mark.django_db
def test_a_full_disk_does_not_keep_the_spool_from_being_emptied(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    put(files, counter(1))
    put(files, counter(2))
    monkeypatch.setattr(SpoolFiles, "move_cursor", full)

    assert replay(files).records == 2
    assert files.waiting() == []


@pytest.mark.django_db
def test_samples_that_the_catalogue_refuses_are_counted(
    files: SpoolFiles, counted: Counted
) -> None:
    push(gauge(1, metric="queue_depth"))
    put(files, counter(5, metric="queue_depth"), gauge(2, metric="queue_depth", at=NOON + SECOND))

    assert replay(files) == Replayed(records=1, samples=1)
    assert counted[tally.SPOOL_REFUSED] == 1
    assert counted[tally.SPOOL_REPLAYED] == 1


@pytest.mark.django_db
def test_a_guessed_type_costs_no_sample(files: SpoolFiles, counted: Counted) -> None:
    MetricFactory.create(name="hits", type=MetricType.COUNTER)
    guess = Sample("hits", "auth-service", 3.0, NOON, temporality=Temporality.CUMULATIVE)
    put(files, guess)

    assert replay(files) == Replayed(records=1, samples=1)
    assert (only().series.type, only().value) == (MetricType.COUNTER, 3)
    assert counted[tally.SPOOL_REFUSED] == 0
