"""The health of the whole: added up from stores and probes, and remembered for a moment."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier, Event

import pytest
from django.db import OperationalError

from health import whole
from health.status import Level
from health.whole import Remembered, measure
from monitoring.backends.stores import StoreState


def test_a_value_is_made_once_however_many_ask_at_the_same_time() -> None:
    made, start = count(1), Barrier(8)
    remembered = Remembered(lambda: next(made), seconds=60)

    def ask(_: int) -> int:
        start.wait(5)
        return remembered.get()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(8))) == {1}


def test_a_value_that_is_old_or_forgotten_is_made_anew() -> None:
    made = count(1)
    short, long = (
        Remembered(lambda: next(made), seconds=0),
        Remembered(lambda: next(made), seconds=60),
    )

    assert (short.get(), short.get()) == (1, 2)
    assert (long.get(), long.get()) == (3, 3)
    long.forget()
    assert long.get() == 4


def test_an_old_value_is_given_while_the_next_one_is_made() -> None:
    may_go_on, made = Event(), count(1)
    finished = Event()

    def make() -> int:
        number = next(made)
        if number > 1:
            may_go_on.wait(5)
            finished.set()
        return number

    remembered = Remembered(make, seconds=0, stale_seconds=60)
    assert remembered.get() == 1

    assert [remembered.get() for _ in range(3)] == [1, 1, 1]

    may_go_on.set()
    assert finished.wait(5)
    while remembered.get() == 1:
        pass
    assert remembered.get() >= 2


def test_a_value_that_cannot_be_renewed_stays_until_it_is_too_old() -> None:
    made = count(1)
    failed = Event()

    def make() -> int:
        if next(made) == 1:
            return 1
        failed.set()
        raise OSError("no thread has time")

    remembered = Remembered(make, seconds=0, stale_seconds=60)
    remembered.get()

    assert remembered.get() == 1
    assert failed.wait(5)
    assert remembered.get() == 1


def test_without_the_database_the_whole_is_unhealthy_and_still_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(**_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(whole, "service_reports", away)
    monkeypatch.setattr(
        whole, "store_states", lambda: [StoreState("postgresql", "disconnected", "away")]
    )

    told = measure()

    assert (told.level, told.services) == (Level.UNHEALTHY, ())
