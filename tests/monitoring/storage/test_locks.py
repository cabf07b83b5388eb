"""Locks are asked for briefly, and given back."""

import pytest
from django.db import DatabaseError, OperationalError, connection

from monitoring.storage import locks
from tests.monitoring.storage.second_connection import second_connection

KEY = 4_711


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_the_lock_is_given_back_even_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), locks.alone(KEY):
        raise ZeroDivisionError

    with second_connection() as other:
        row = other.execute("SELECT pg_try_advisory_lock(%s)", [KEY]).fetchone()
    assert row == (True,)


@pytest.mark.django_db(transaction=True)
def test_only_one_session_is_alone() -> None:
    with second_connection() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [KEY])
        with locks.alone(KEY) as is_alone:
            assert not is_alone
        other.execute("SELECT pg_advisory_unlock(%s)", [KEY])

    with locks.alone(KEY) as is_alone:
        assert is_alone


@pytest.mark.django_db
def test_the_waiting_time_is_short_during_a_step_and_as_before_afterwards() -> None:
    before = lock_timeout()

    assert locks.patiently(lock_timeout) == "1s"
    assert lock_timeout() == before != "1s"


@pytest.mark.django_db(transaction=True)
def test_the_waiting_time_is_as_before_after_a_step_that_failed() -> None:
    before = lock_timeout()

    def fail() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    with pytest.raises(DatabaseError, match="division by zero"):
        locks.patiently(fail)
    assert lock_timeout() == before


@pytest.mark.django_db(transaction=True)
def test_other_trouble_of_the_database_is_not_taken_for_a_lock() -> None:
    def fill_the_disk() -> None:
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$")

    with pytest.raises(OperationalError):
        locks.patiently(fill_the_disk)
