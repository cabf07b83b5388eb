"""Samples and the rows of who brings them: in one transaction, committed or gone together."""

from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import connection, transaction

from monitoring.errors import DatabaseUnavailableError
from monitoring.ingest import door
from monitoring.ingest.door import ingest_with
from monitoring.query.latest import latest_values
from monitoring.storage import segments
from monitoring.types import IngestReport, Origin, Sample
from tests.monitoring.factories import NOON, gauge

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def table() -> Iterator[str]:
    """A table of who brings samples."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE brought (note text)")
        yield "brought"
        cursor.execute("DROP TABLE brought")


def writing(table: str, *samples: Sample) -> Callable[[], Sequence[Sample]]:
    """Return what writes a row and returns the samples."""

    def write() -> Sequence[Sample]:
        with connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} VALUES ('row')")
        return samples

    return write


def found(table: str) -> tuple[int, list[float]]:
    """Return the number of rows, and the values that are stored."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        (rows,) = cursor.fetchone()
    return rows, [value.value for value in latest_values()]


def failing_once(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    write = segments.write

    def fail(*columns: object, **options: object) -> None:
        monkeypatch.setattr(segments, "write", write)
        with connection.cursor() as cursor:
            cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$")

    monkeypatch.setattr(segments, "write", fail)


def test_both_are_stored_and_told(table: str) -> None:
    heard: list[Sequence[Sample]] = []

    def listen(samples: Sequence[Sample], _origin: Origin) -> None:
        heard.append(list(samples))

    door.after_commit.append(listen)
    try:
        report = ingest_with(writing(table, gauge(7)), origin=Origin.COLLECTOR, at=NOON)
    finally:
        door.after_commit.remove(listen)

    assert report == IngestReport(stored=1)
    assert found(table) == (1, [7.0])
    assert heard == [[gauge(7)]]


def test_rows_without_samples_are_stored(table: str) -> None:
    assert ingest_with(writing(table), origin=Origin.COLLECTOR, at=NOON) == IngestReport(stored=0)
    assert found(table) == (1, [])


def test_what_the_writer_raises_leaves_nothing(table: str) -> None:
    write = writing(table, gauge(7))

    def fail() -> Sequence[Sample]:
        write()
        raise LookupError("gone")

    with pytest.raises(LookupError):
        ingest_with(fail, origin=Origin.COLLECTOR, at=NOON)
    assert found(table) == (0, [])


def test_samples_that_cannot_be_stored_take_the_rows_with_them(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_once(monkeypatch, "53100")

    with pytest.raises(DatabaseUnavailableError):
        ingest_with(writing(table, gauge(7)), origin=Origin.COLLECTOR, at=NOON)
    assert found(table) == (0, [])


def test_after_a_deadlock_both_are_written_again_and_are_there_once(
    table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    failing_once(monkeypatch, "40P01")

    ingest_with(writing(table, gauge(7)), origin=Origin.COLLECTOR, at=NOON)

    assert found(table) == (1, [7.0])


def test_within_a_transaction_of_the_caller_it_promises_nothing(table: str) -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        ingest_with(writing(table, gauge(7)), origin=Origin.COLLECTOR, at=NOON)
    assert found(table) == (0, [])
