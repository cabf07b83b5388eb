"""Samples as CSV and JSON, read back by readers that know nothing of us."""

import csv
import io
from collections.abc import Mapping

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.metrics_api.export_formats import FORMATS
from monitoring.types import MetricType, SeriesRef

NOON_MS = 1_772_452_800_000
VALUES = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5)


def series(
    metric: str = "cpu", service: str = "s", labels: Mapping[str, str] | None = None
) -> SeriesRef:
    return SeriesRef(1, metric, service, MetricType.GAUGE, {"a": "1"} if labels is None else labels)


def text_of(form: str, *blocks: tuple[SeriesRef, list[float]]) -> str:
    writer = FORMATS[form]
    written = [
        writer.block(each, NOON_MS + np.arange(len(values), dtype=np.int64), np.array(values))
        for each, values in blocks
    ]
    return (writer.head + writer.between.join(written) + writer.tail).decode()


def table(*blocks: tuple[SeriesRef, list[float]]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of("csv", *blocks), newline="")))


def test_a_table_begins_with_its_header() -> None:
    assert text_of("csv", (series(), [1.5, -2.0])) == (
        "metric_name,service_name,type,labels,timestamp,value\r\n"
        '"cpu","s","gauge","{""a"":""1""}",2026-03-02T12:00:00.000Z,1.5\r\n'
        '"cpu","s","gauge","{""a"":""1""}",2026-03-02T12:00:00.001Z,-2.0\r\n'
    )


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), VALUES)
def test_a_table_says_what_was_stored(text: str, values: list[float]) -> None:
    rows = table((series(service=text, labels={"a": text}), values))[1:]

    assert [float(row[5]) for row in rows] == values
    assert {row[1].removeprefix("'") for row in rows} == {text.removeprefix("'")}
    assert orjson.loads(rows[0][3]) == {"a": text}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_runs_as_a_formula(text: str) -> None:
    rows = table((series(metric=text, service=text), [-1.0]))

    assert rows[1][:2] == [f"'{text}", f"'{text}"]
    assert rows[1][5] == "-1.0"


@pytest.mark.parametrize("text", ["cpu", "a=b", "", "1-2"])
def test_harmless_cells_are_left_alone(text: str) -> None:
    assert table((series(metric=text), [1.0]))[1][0] == text


@given(VALUES, VALUES)
def test_an_array_holds_the_samples_of_all_blocks(one: list[float], other: list[float]) -> None:
    rows = orjson.loads(text_of("json", (series(), one), (series("mem"), other)))

    assert [row["value"] for row in rows] == one + other
    assert rows[0] == {
        "metric_name": "cpu",
        "service_name": "s",
        "type": "gauge",
        "labels": {"a": "1"},
        "timestamp": "2026-03-02T12:00:00.000Z",
        "value": one[0],
    }


def test_an_array_of_nothing_is_an_array() -> None:
    assert orjson.loads(text_of("json")) == []


def test_lines_of_json_hold_one_sample_each() -> None:
    lines = text_of("ndjson", (series(), [1.0, 2.0]), (series("mem", labels={}), [3.0]))

    rows = [orjson.loads(line) for line in lines.splitlines()]
    assert [(row["metric_name"], row["labels"], row["value"]) for row in rows] == [
        ("cpu", {"a": "1"}, 1.0),
        ("cpu", {"a": "1"}, 2.0),
        ("mem", {}, 3.0),
    ]


def test_only_lines_of_json_have_a_place_for_an_error() -> None:
    assert FORMATS["csv"].failure("DATABASE_ERROR", "gone") == b""
    assert FORMATS["json"].failure("DATABASE_ERROR", "gone") == b""
    assert orjson.loads(FORMATS["ndjson"].failure("DATABASE_ERROR", "gone")) == {
        "error": "gone",
        "code": "DATABASE_ERROR",
    }


def test_every_other_value_of_an_array_is_written_as_it_stands() -> None:
    halves = np.arange(6.0)[::2]

    block = FORMATS["csv"].block(series(), NOON_MS + np.arange(3), halves)

    assert [line.rsplit(b",")[-1] for line in block.split()] == [b"0.0", b"2.0", b"4.0"]
