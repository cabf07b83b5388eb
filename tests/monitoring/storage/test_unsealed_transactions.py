"""What is remembered is only what is committed, and only while the catalogue stays what it is."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from monitoring.storage.unsealed import Unsealed
from tests.monitoring.factories import NOON, LatestFactory
from tests.monitoring.storage.looking import (
    Session,
    newest,
    samples,
    write,
    write_in,
)
from tests.monitoring.storage.second_connection import second_connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noon_day")]


def test_nothing_of_a_transaction_that_is_taken_back_stays(process: Unsealed, one: int) -> None:
    write(one, 1.0)
    before = process.view(with_newest=True)
    with transaction.atomic():
        other = LatestFactory.create(at=NOON, value=7.0).pk
        write(one, 2.0, after_ms=1)
        within = process.view(with_newest=True)
        assert samples(within, one) == {0: 1.0, 1: 2.0}
        assert newest(process, one) == (1, 2.0)
        assert newest(process, other) == (0, 7.0)
        assert within.catalogue is None
        transaction.set_rollback(True)

    after = process.view(with_newest=True)

    assert samples(after, one) == {0: 1.0}
    assert newest(process, one) == (0, 1.0)
    assert newest(process, other) is None
    assert after.catalogue == before.catalogue


def test_a_segment_alone_makes_a_transaction_private_too(process: Unsealed, one: int) -> None:
    process.view()
    with transaction.atomic():
        write(one, 2.0)
        assert samples(process.view(), one) == {0: 2.0}
        transaction.set_rollback(True)

    assert process.view().blocks == ()


def test_a_transaction_that_wrote_elsewhere_shares_what_is_known(
    process: Unsealed, one: int
) -> None:
    write(one, 1.0)
    process.view()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        cursor.execute("SELECT FROM latest FOR UPDATE")
        with CaptureQueriesContext(connection) as queries:
            assert samples(process.view(), one) == {0: 1.0}

    assert len(queries) == 1


def test_what_a_transaction_writes_after_it_looked_is_seen_by_the_next(
    process: Unsealed, one: int
) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        with second_connection() as session:
            write_in(session, one, 1.0)  # its number is higher, so this snapshot ends beyond both
        assert samples(process.view(), one) == {0: 1.0}
        write(one, 2.0, after_ms=1)

    assert samples(process.view(), one) == {0: 1.0, 1: 2.0}


def test_an_older_snapshot_takes_nothing_back(process: Unsealed, one: int) -> None:
    write(one, 1.0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT count(*) FROM segment")
        with second_connection() as session:
            write_in(session, one, 2.0, after_ms=1)
        ahead = threading.Thread(target=in_thread, args=(process,))
        ahead.start()
        ahead.join()

        assert samples(process.view(), one) == {0: 1.0, 1: 2.0}

    write(one, 3.0, after_ms=2)
    assert samples(process.view(), one) == {0: 1.0, 1: 2.0, 2: 3.0}


def in_thread(process: Unsealed) -> None:
    try:
        process.view()
    finally:
        connection.close()


def test_a_database_that_was_emptied_leaves_no_ghosts(process: Unsealed, one: int) -> None:
    write(one, 1.0)
    before = process.view(with_newest=True)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE series, latest, segment, storage_state CASCADE")

    assert newest(process, one) is None
    assert process.view().blocks == ()
    assert process.view().catalogue != before.catalogue


def test_series_that_were_removed_are_forgotten(process: Unsealed, one: int) -> None:
    LatestFactory.create(at=NOON, value=7.0)
    before = process.view(with_newest=True)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM latest")
        cursor.execute("INSERT INTO storage_state (catalogue_epoch) VALUES (1)")

    after = process.view(with_newest=True)

    assert after.catalogue != before.catalogue
    assert newest(process, one + 1) is None


def test_the_state_of_the_catalogue_changes_with_each_new_series_and_only_then(
    process: Unsealed, one: int, writers: tuple[Session, Session]
) -> None:
    slow, _ = writers
    late = one + 1
    slow.execute("SELECT setval(pg_get_serial_sequence('series', 'id'), %s)", [late])
    write(one, 1.0)
    LatestFactory.create()
    states = [process.view().catalogue]
    write(one, 2.0, after_ms=1)
    states.append(process.view().catalogue)

    # Its number is lower than the highest one, so that only its segment tells of it.
    insert = """
        INSERT INTO series (id, metric, service, labels, labels_hash, client, created_at)
        SELECT %s, metric, 's', '{}', 'late', '', now() FROM series LIMIT 1
    """
    slow.execute(insert, [late])
    write_in(slow, late, 1.0)
    slow.execute("COMMIT")
    states.append(process.view().catalogue)
    LatestFactory.create()
    states.append(process.view().catalogue)

    assert states[0] == states[1]
    assert len(set(states)) == 3
