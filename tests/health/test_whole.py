"""The health of the whole: added up from stores and probes, and remembered for a moment."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

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
