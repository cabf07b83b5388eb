"""Answers, byte for byte."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.prometheus_api.answers import (
    instant_answer,
    range_answer,
    success,
    time_text,
    value_texts,
)
from monitoring.promql.model import Columns, Vector
from monitoring.promql.numbers import sample_text
from tests.monitoring.promql.memory import series

LABELS = series("m", a='"quoted"')


@given(st.lists(st.floats(), max_size=20))
def test_values_at_once_are_the_values_one_by_one(values: list[float]) -> None:
    assert [text.decode() for text in value_texts(np.array(values))] == [
        sample_text(value) for value in values
    ]


@given(st.lists(st.integers(-(2**53), 2**53).map(float), max_size=20))
def test_whole_numbers_at_once_are_the_numbers_one_by_one(values: list[float]) -> None:
    assert [text.decode() for text in value_texts(np.array(values))] == [
        sample_text(value) for value in values
    ]


@pytest.mark.parametrize(
    ("at_ms", "text"),
    [
        (0, b"0"),
        (1_000, b"1"),
        (1_500, b"1.500"),
        (1_007, b"1.007"),
        (-1_500, b"-1.500"),
        (-20, b"-0.020"),
    ],
)
def test_an_instant_has_three_decimals_or_none(at_ms: int, text: bytes) -> None:
    assert time_text(at_ms) == text


def test_an_instant_vector() -> None:
    vector = Vector([LABELS, ()], np.array([[1.5], [math.nan]]), np.ones((2, 1), np.bool_))

    assert instant_answer(vector, 2_000) == (
        b'{"resultType":"vector","result":['
        b'{"metric":{"__name__":"m","a":"\\"quoted\\""},"value":[2,"1.5"]},'
        b'{"metric":{},"value":[2,"NaN"]}]}'
    )


def test_the_samples_of_a_range_vector() -> None:
    columns = Columns(
        [series("a"), series("b")],
        np.array([0, 2, 3]),
        np.array([1_000, 2_000, 1_500]),
        np.array([1.0, 2.0, -0.5]),
    )

    assert instant_answer(columns, 9) == (
        b'{"resultType":"matrix","result":['
        b'{"metric":{"__name__":"a"},"values":[[1,"1"],[2,"2"]]},'
        b'{"metric":{"__name__":"b"},"values":[[1.500,"-0.5"]]}]}'
    )


def test_a_number_and_a_text() -> None:
    assert instant_answer(np.array([1e21]), 0) == (
        b'{"resultType":"scalar","result":[0,"1000000000000000000000"]}'
    )
    assert instant_answer('a"b', 0) == b'{"resultType":"string","result":[0,"a\\"b"]}'


def test_a_range_has_points_only_where_there_is_something() -> None:
    vector = Vector(
        [series("a"), series("b")],
        np.array([[1.0, 2.0, 3.0], [4.0, 1e-7, math.inf]]),
        np.array([[True, False, True], [True, True, True]]),
    )

    assert range_answer(vector, np.array([0, 500, 1_000])) == (
        b'{"resultType":"matrix","result":['
        b'{"metric":{"__name__":"a"},"values":[[0,"1"],[1,"3"]]},'
        b'{"metric":{"__name__":"b"},"values":[[0,"4"],[0.500,"1e-07"],[1,"+Inf"]]}]}'
    )


def test_nothing_found_is_an_empty_list() -> None:
    nothing = Vector([], np.empty((0, 1)), np.empty((0, 1), np.bool_))

    assert success(instant_answer(nothing, 0)) == (
        b'{"status":"success","data":{"resultType":"vector","result":[]}}'
    )
    assert range_answer(nothing, np.array([0])) == b'{"resultType":"matrix","result":[]}'
