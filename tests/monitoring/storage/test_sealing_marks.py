"""What a seal leaves for others: due roll-ups, newest values, how far it has come."""

from datetime import date, timedelta

import pytest
from django.db import connection

from monitoring.storage import sealing_marks
from tests.monitoring.factories import NOON
from tests.monitoring.storage.sealing_samples import (
    LATER,
    add_series,
    fetch,
    seal,
    sealed,
    unsealed,
    write,
)
from tests.monitoring.storage.second_connection import second_connection

pytestmark = pytest.mark.django_db(transaction=True)

HOUR_MS = 3_600_000
SUNDAY = date(2025, 1, 12)


def latest(series_id: int) -> tuple[int, float]:
    """Return the newest value of a series, its instant in ms since noon."""
    query = f"SELECT (extract(epoch FROM at - %s) * 1000)::bigint, value FROM latest WHERE series_id = {series_id}"
    with connection.cursor() as cursor:
        cursor.execute(query, [NOON])
        at_ms, value = cursor.fetchone()
    return at_ms, value


def set_latest(series_id: int, at_ms: int, value: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE latest SET at = %s, value = %s WHERE series_id = %s",
            [NOON + timedelta(milliseconds=at_ms), value, series_id],
        )


def test_each_day_of_each_series_is_marked_once() -> None:
    add_series(1, 2)
    write([(1, 0, 1.0), (1, 1, 1.0), (1, -13 * HOUR_MS, 1.0), (2, 0, 1.0)])
    seal()

    write([(1, 5, 1.0)])
    seal()

    assert fetch("SELECT series_id, day FROM rollup_due ORDER BY 1, 2") == [
        (1, SUNDAY - timedelta(days=1)),
        (1, SUNDAY),
        (2, SUNDAY),
    ]


def test_a_mark_that_is_there_cannot_be_taken_away_until_the_seal_is_committed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add_series(1)
    write([(1, 0, 1.0)])
    seal()
    write([(1, 5, 1.0)])
    note, passed_over = sealing_marks.note_sealed, []

    def look_for_marks(newest_xid: int) -> None:
        with second_connection() as other:
            found = other.execute("SELECT FROM rollup_due FOR UPDATE SKIP LOCKED").fetchall()
            passed_over.append(len(found) == 0)
        note(newest_xid)

    monkeypatch.setattr(sealing_marks, "note_sealed", look_for_marks)
    seal()

    assert passed_over == [True]
    assert fetch("SELECT series_id FROM rollup_due") == [(1,)]


@pytest.mark.parametrize(
    ("at_ms", "moved"),
    [(9, (10, 7.0)), (10, (10, 7.0)), (11, (11, 5.0))],
    ids=["the same instant", "behind it", "ahead of it"],
)
def test_the_newest_value_moves_forward_only(at_ms: int, moved: tuple[int, float]) -> None:
    add_series(1, 2)
    set_latest(1, at_ms, 5.0)
    write([(1, 3, 6.0), (1, 10, 7.0), (2, 1, 8.0), (2, 2, 9.0)])

    seal()

    assert latest(1) == moved
    assert latest(2) == (2, 9.0)


def test_the_total_of_increments_is_left_to_the_pushes() -> None:
    add_series(1, accumulates=True)
    set_latest(1, 5, 100.0)
    write([(1, 9, 90.0)])

    seal()

    assert latest(1) == (5, 100.0)
    assert sealed() == {(1, 9): 90.0}


def test_the_newest_transaction_is_noted_and_never_goes_back() -> None:
    add_series(1)
    write([(1, 0, 1.0)])
    write([(1, 1, 1.0)])
    ((newest,),) = fetch("SELECT max(xid::text::bigint) FROM segment")
    seal()
    assert fetch("SELECT sealed_xid::text::bigint FROM storage_state") == [(newest,)]

    sealing_marks.note_sealed(int(str(newest)) - 1)

    assert fetch("SELECT sealed_xid::text::bigint FROM storage_state") == [(newest,)]


def test_noting_a_seal_keeps_what_else_is_in_the_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO storage_state (id, catalogue_epoch) VALUES (1, 7)")
    add_series(1)
    write([(1, 0, 1.0)])

    seal()

    assert fetch("SELECT catalogue_epoch, sealed_xid::text <> '0' FROM storage_state") == [
        (7, True)
    ]


def test_writers_go_on_during_a_seal(monkeypatch: pytest.MonkeyPatch) -> None:
    add_series(1)
    add_series(2, accumulates=True)
    write([(1, 0, 1.0), (2, 0, 1.0)])
    note = sealing_marks.note_sealed

    def push_meanwhile(newest_xid: int) -> None:
        with second_connection() as other:
            other.execute("SET lock_timeout = '2s'")
            other.execute(
                "INSERT INTO segment (received_at, t_min, t_max, n, payload)"
                " SELECT received_at, t_min, t_max, n, payload FROM segment"
            )
            other.execute("UPDATE latest SET value = 2 WHERE series_id = 2")
        note(newest_xid)

    monkeypatch.setattr(sealing_marks, "note_sealed", push_meanwhile)

    assert seal().segments == 1
    assert unsealed() == {(1, 0): 1.0, (2, 0): 1.0}
    assert latest(2)[1] == 2.0
    assert seal(at=LATER).segments == 1
