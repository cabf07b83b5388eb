"""What is remembered of the catalogue stays true and within its bounds."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring.query import catalogue
from monitoring.query.catalogue import Catalogue
from monitoring.types import MetricType
from tests.monitoring.factories import SeriesFactory

STATE = ("source", 1)
Answer = list[int]


def ask(
    held: Catalogue, question: str, answer: Answer, *, state: tuple[object, ...] | None = STATE
) -> Answer:
    """Return what is answered; `answer` is what the database would say now."""
    found = held.select(state, question, lambda: np.array(answer, np.int32))
    return [int(number) for number in found]


def test_an_answer_holds_while_the_catalogue_stays_as_it_is() -> None:
    held = Catalogue()
    assert ask(held, "a", [1]) == [1]
    assert ask(held, "b", [2]) == [2]

    assert ask(held, "a", [9]) == [1]
    assert ask(held, "a", [9], state=("source", 2)) == [9]
    assert ask(held, "b", [8], state=("source", 2)) == [8]


def test_what_may_be_taken_back_is_neither_remembered_nor_answered_from_memory() -> None:
    held = Catalogue()
    assert ask(held, "a", [1], state=None) == [1]
    assert ask(held, "a", [2]) == [2]
    assert ask(held, "a", [3], state=None) == [3]
    assert ask(held, "a", [4]) == [2]


def test_an_answer_that_is_out_of_date_when_it_arrives_is_not_kept() -> None:
    held = Catalogue()

    def meanwhile() -> np.ndarray[tuple[int], np.dtype[np.int32]]:
        ask(held, "b", [1], state=("source", 2))
        return np.array([5], np.int32)

    assert held.select(STATE, "a", meanwhile).tolist() == [5]
    assert ask(held, "a", [6], state=("source", 2)) == [6]


def test_the_answer_that_was_not_asked_for_longest_is_forgotten_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(catalogue, "ANSWERS_CAPACITY", 310)
    held = Catalogue()
    for question in "abc":
        ask(held, question, [1, 2])
    ask(held, "a", [])

    ask(held, "d", [1, 2])

    assert ask(held, "b", [9]) == [9]
    assert [ask(held, question, []) for question in "ad"] == [[1, 2], [1, 2]]


def test_a_remembered_answer_cannot_be_changed() -> None:
    found = Catalogue().select(STATE, "a", lambda: np.array([1], np.int32))

    with pytest.raises(ValueError, match="read-only"):
        found[0] = 2


@pytest.mark.django_db
def test_each_series_is_read_once_and_the_unknown_is_missing() -> None:
    rows = [SeriesFactory.create(labels={"host": host}) for host in "ab"]
    first, second = (row.pk for row in rows)
    held = Catalogue()

    known = held.series(STATE, [first])
    with CaptureQueriesContext(connection) as queries:
        both = held.series(STATE, [second, first, 0])
        again = held.series(("source", 2), [second, first])

    assert len(queries) == 1
    assert both[first] is known[first] is again[first]
    assert 0 not in both
    assert (both[second].labels, both[second].type) == ({"host": "b"}, MetricType.GAUGE)
    assert held.series(("other source", 1), [second])[second] is not both[second]


@pytest.mark.django_db
def test_no_more_series_are_remembered_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "SERIES_CAPACITY", 2)
    monkeypatch.setattr(catalogue, "_AT_ONCE", 2)
    ids = [SeriesFactory.create().pk for _ in range(5)]
    held = Catalogue()

    for asked in (ids[:2], ids[1:3], ids, ids[:1]):
        found = held.series(STATE, asked)
        assert [found[number].id for number in asked] == asked
        assert len(held._series) <= 2


@pytest.mark.django_db
def test_a_transaction_that_may_be_taken_back_leaves_nothing() -> None:
    number = SeriesFactory.create().pk
    held = Catalogue()

    assert held.series(None, [number])[number].id == number
    assert held._series == {}
