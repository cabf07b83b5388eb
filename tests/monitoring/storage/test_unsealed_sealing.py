"""A process sees every committed sample, whatever is sealed meanwhile, and lets go of what is."""

from dataclasses import replace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from monitoring.storage import segments, waiting
from monitoring.storage.codec import Columns
from monitoring.storage.segments import Found
from monitoring.storage.snapshots import Snapshot
from monitoring.storage.unsealed import Unsealed
from tests.monitoring.storage.looking import (
    MEGABYTE,
    Session,
    newest,
    samples,
    seal_all,
    write,
    write_in,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noon_day")]


def test_a_seal_between_two_looks_is_not_missed(process: Unsealed, one: int) -> None:
    write(one, 1.0)
    assert newest(process, one) == (0, 1.0)
    write(one, 2.0, after_ms=1)
    seal_all()

    assert newest(process, one) == (1, 2.0)
    assert samples(process.view(), one) == {}


def test_a_slow_writer_that_was_sealed_before_it_was_seen_is_not_missed(
    process: Unsealed, one: int, writers: tuple[Session, Session]
) -> None:
    slow, quick = writers
    write_in(slow, one, 1.0, after_ms=5)
    write_in(quick, one, 2.0)
    quick.execute("COMMIT")
    assert newest(process, one) == (0, 2.0)
    seal_all()
    assert newest(process, one) == (0, 2.0)
    slow.execute("COMMIT")
    seal_all()  # its transaction is older than the newest one that was sealed before

    assert newest(process, one) == (5, 1.0)


def test_what_was_seen_before_it_was_sealed_is_let_go(process: Unsealed, one: int) -> None:
    write(one, 1.0)
    write(one, 2.0, after_ms=1)
    process.view(with_newest=True)
    seal_all()

    with CaptureQueriesContext(connection) as queries:
        view = process.view()

    assert view.blocks == ()
    assert newest(process, one) == (1, 2.0)
    assert not any("payload" in query["sql"] for query in queries)


def test_a_block_stays_while_one_of_its_segments_is_unsealed(process: Unsealed, one: int) -> None:
    write(one, 1.0)
    process.view()
    write(one, 2.0, after_ms=1)
    process.view()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM segment WHERE id = (SELECT min(id) FROM segment)")
        cursor.execute("INSERT INTO storage_state (sealed_xid) VALUES ('1')")

    assert samples(process.view(), one) == {0: 1.0, 1: 2.0}


@pytest.mark.parametrize("has_looked_before", [True, False])
def test_a_seal_between_the_two_statements_of_a_look_is_not_missed(
    process: Unsealed, one: int, monkeypatch: pytest.MonkeyPatch, *, has_looked_before: bool
) -> None:
    write(one, 1.0)
    if has_looked_before:
        process.view(with_newest=True)
    write(one, 2.0, after_ms=1)
    load = segments.load

    def sealed_before(found: list[Found]) -> dict[int, Columns | None]:
        monkeypatch.setattr(segments, "load", load)
        seal_all()
        return load(found)

    monkeypatch.setattr(segments, "load", sealed_before)

    assert newest(process, one) == (1, 2.0)


def test_of_a_series_that_was_sealed_the_later_write_is_newest(process: Unsealed, one: int) -> None:
    write(one, 1.0)
    seal_all()
    write(one, 2.0)

    assert newest(process, one) == (0, 2.0)
    assert newest(Unsealed(MEGABYTE), one) == (0, 2.0)


def test_what_does_not_fit_into_memory_is_not_kept(one: int) -> None:
    process = Unsealed(200)
    write(one, 1.0)
    assert process.view().is_complete
    for number in range(10):
        write(one, 2.0, after_ms=number + 1)

    view = process.view(with_newest=True)

    assert (view.is_complete, view.blocks) == (False, ())
    assert newest(process, one) == (10, 2.0)
    assert not Unsealed(200).view().is_complete


def test_memory_is_used_again_once_the_rest_fits(one: int) -> None:
    process = Unsealed(200)
    for number in range(20):
        write(one, 2.0, after_ms=number)
    assert not process.view().is_complete
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM segment WHERE id = (SELECT min(id) FROM segment)")
        cursor.execute("INSERT INTO storage_state (sealed_xid) VALUES ('1')")
    process.view()
    assert not process.view().is_complete
    seal_all()
    write(one, 3.0)

    process.view()

    assert process.view().is_complete
    assert samples(process.view(), one) == {0: 3.0}


def test_what_remains_is_counted(one: int) -> None:
    assert waiting.remaining() == (set(), 0)
    write(one, 1.0)
    write(one, 2.0)

    ids, number = waiting.remaining()

    assert (len(ids), number) == (2, 2)


def test_numbers_of_transactions_that_come_again_after_a_crash_are_not_taken_for_known(
    process: Unsealed, one: int
) -> None:
    write(one, 1.0)
    process.view(with_newest=True)
    last = process._last
    assert last is not None
    # What was in flight when the server crashed had numbers, and nobody wrote them down.
    process._last = replace(last, snapshot=Snapshot(last.snapshot.end + 1_000, frozenset()))
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE server_life")  # as crash recovery does with unlogged tables
    write(one, 2.0, after_ms=1)

    assert newest(process, one) == (1, 2.0)
    assert samples(process.view(), one) == {0: 1.0, 1: 2.0}
    with CaptureQueriesContext(connection) as queries:
        process.view()
    assert len(queries) == 1  # the server has a token again


def test_within_a_transaction_the_server_gets_no_token_that_could_be_taken_back(
    process: Unsealed, one: int
) -> None:
    write(one, 1.0)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE server_life")

    with transaction.atomic():
        assert newest(process, one) == (0, 1.0)
        assert process.view().blocks

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM server_life")
        assert cursor.fetchone() == (0,)
    process.view()
