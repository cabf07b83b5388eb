"""What waits on the disk is stored once, whoever is killed in between, and nothing blocks what is behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest.door import RequestKey
from monitoring.models import Series
from monitoring.query.latest import latest_values
from monitoring.spool import replay as module
from monitoring.spool.files import SpoolFiles
from monitoring.spool.records import Record
from monitoring.spool.replay import Replayed, replay
from monitoring.types import IngestReport
from tests.monitoring.factories import NOON, counter, gauge, observation
from tests.monitoring.ingest.pushing import LATER, curve, only, push
from tests.monitoring.spool.conftest import Away
from tests.monitoring.spool.kept import put

KEY = RequestKey("ana", "key-1", "f00")
SECOND = timedelta(seconds=1)


class KilledError(BaseException):
    """Stands for SIGKILL: nobody handles it."""


@contextmanager
def killed_at(monkeypatch: pytest.MonkeyPatch, place: str) -> Iterator[None]:
    """Let the process end where it would call that method of the files."""

    def killed(*_arguments: object, **_named: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(SpoolFiles, place, killed)
        with pytest.raises(KilledError):
            yield


@pytest.mark.django_db
def test_what_waits_is_stored_as_of_its_receipt(files: SpoolFiles) -> None:
    put(files, gauge(1, at=NOON - SECOND), gauge(2))

    done = replay(files)

    assert done == Replayed(records=1, samples=2)
    assert curve("system_cpu_usage_percent") == [(NOON - SECOND, 1), (NOON, 2)]
    assert Series.objects.get().client == "ana"
    assert files.waiting() == []


@pytest.mark.django_db
def test_nothing_waits_and_nothing_happens(files: SpoolFiles) -> None:
    assert replay(files) == Replayed()
    assert not files.directory.exists()


@pytest.mark.django_db
def test_increments_and_observations_are_counted_once_each(files: SpoolFiles) -> None:
    push(counter(10))
    for number in range(3):
        put(files, counter(1), observation(7), at=NOON + number * SECOND)

    replay(files)

    found = {value.series.metric: value.value for value in latest_values()}
    assert found["payment_success_total"] == 13
    assert found["http_request_duration_ms_count"] == 3
    assert found["http_request_duration_ms_sum"] == 21


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["move_cursor", "remove"])
@pytest.mark.parametrize("key", [None, KEY])
def test_a_kill_after_the_commit_counts_nothing_twice(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch, place: str, key: RequestKey | None
) -> None:
    put(files, counter(5), request=key)
    with killed_at(monkeypatch, place):
        replay(files)
    assert len(files.waiting()) == 1

    again = replay(files)

    assert (again.records, again.samples) == (0, 0)
    assert again.known == (1 if place == "move_cursor" else 0)
    assert only().value == 5
    assert files.waiting() == []


@pytest.mark.django_db
def test_a_cursor_that_was_lost_counts_nothing_twice(files: SpoolFiles) -> None:
    put(files, counter(5))
    (path,) = files.waiting()
    content = path.read_bytes()
    replay(files)
    path.write_bytes(content)  # as if neither its end nor the cursor had reached the disk

    assert replay(files) == Replayed(known=1)
    assert only().value == 5


@pytest.mark.django_db
def test_a_file_to_which_somebody_adds_is_not_removed(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(files, counter(1))
    ingest_under = module._ingest_under

    def and_another_comes(record: Record, key: RequestKey) -> IngestReport:
        monkeypatch.setattr(module, "_ingest_under", ingest_under)
        put(files, counter(2))
        return ingest_under(record, key)

    monkeypatch.setattr(module, "_ingest_under", and_another_comes)

    assert replay(files).records == 1
    assert only().value == 1
    assert replay(files).records == 1
    assert only().value == 3
    assert files.waiting() == []


@pytest.mark.django_db
def test_what_was_committed_under_the_clients_key_is_known(files: SpoolFiles) -> None:
    push(counter(5), request=KEY)
    put(files, counter(5), request=KEY, in_doubt=True)

    assert replay(files) == Replayed(known=1)
    assert only().value == 5


@pytest.mark.django_db
def test_a_client_that_repeats_a_spooled_request_is_answered_from_the_first_time(
    files: SpoolFiles,
) -> None:
    put(files, counter(5), request=KEY)
    replay(files)

    report = push(counter(5), request=KEY, at=LATER)

    assert report.replayed
    assert only().value == 5


@pytest.mark.django_db
def test_a_key_that_means_another_request_by_now_does_not_cost_the_samples(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    push(counter(5), request=KEY._replace(body_hash="other"))
    put(files, counter(2), request=KEY)
    with killed_at(monkeypatch, "move_cursor"):
        replay(files)
    assert only().value == 7

    assert replay(files) == Replayed(known=1)
    assert only().value == 7


@pytest.mark.django_db(transaction=True)
def test_while_the_database_is_away_everything_waits(files: SpoolFiles, away: Away) -> None:
    put(files, counter(5))

    with away(), pytest.raises(DatabaseUnavailableError):
        replay(files)

    assert replay(files) == Replayed(records=1, samples=1)
    assert only().value == 5


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_half_way_loses_and_doubles_nothing(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in (1, 10, 100):
        put(files, counter(value))
    ingest_under = module._ingest_under

    def cut(record: Record, key: RequestKey) -> IngestReport:
        report = ingest_under(record, key)
        if record.values[0] == 10:  # committed, but nobody heard of it
            raise DatabaseUnavailableError("gone")
        return report

    done = Replayed()
    with monkeypatch.context() as patch:
        patch.setattr(module, "_ingest_under", cut)
        with pytest.raises(DatabaseUnavailableError):
            replay(files, done)

    assert done == Replayed(records=1, samples=1)
    assert replay(files) == Replayed(records=1, samples=1, known=1)
    assert only().value == 111


@pytest.mark.django_db
def test_files_are_stored_in_the_order_in_which_they_came(
    files: SpoolFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitoring.spool.files._FILE_BYTES", 1)
    for value in (1, 2, 3):
        put(files, gauge(value))
    assert len(files.waiting()) == 3

    replay(files)

    assert only().value == 3
    assert [path for path in files.directory.iterdir() if path.suffix != ".lock"] == []
