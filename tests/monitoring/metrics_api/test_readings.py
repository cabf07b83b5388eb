"""Rows of the API, made from arrays."""

from datetime import UTC, datetime, timedelta, timezone

import numpy as np

from monitoring.metrics_api.readings import latest_rows, newest_first, timestamp_text
from monitoring.query.range import SeriesSamples
from monitoring.types import LatestValue, MetricType, SeriesRef

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NOON_MS = 1_772_452_800_000


def series(metric: str) -> SeriesRef:
    return SeriesRef(1, metric, "s", MetricType.COUNTER, {"a": "1"})


def samples(metric: str, *seconds: int) -> SeriesSamples:
    at_ms = NOON_MS + 1_000 * np.array(seconds, dtype=np.int64)
    return SeriesSamples(series(metric), at_ms, np.array(seconds, dtype=np.float64))


def test_an_instant_is_written_in_utc_with_milliseconds() -> None:
    berlin = timezone(timedelta(hours=1))

    assert timestamp_text(NOON.astimezone(berlin)) == "2026-03-02T12:00:00.000Z"
    assert timestamp_text(NOON.replace(microsecond=123_999)) == "2026-03-02T12:00:00.123Z"


def test_series_are_merged_newest_first() -> None:
    rows = newest_first([samples("a", 1, 4), samples("b", 2, 3)], limit=10, offset=0)

    assert [(row["metric_name"], row["value"]) for row in rows] == [
        ("a", 4.0),
        ("b", 3.0),
        ("b", 2.0),
        ("a", 1.0),
    ]
    assert rows[0]["timestamp"] == "2026-03-02T12:00:04.000Z"
    assert isinstance(rows[0]["value"], float)


def test_samples_of_one_instant_keep_the_order_of_their_series() -> None:
    names = [f"metric_{n:02}" for n in range(40)]

    rows = newest_first([samples(name, 1, 2) for name in names], limit=80, offset=0)

    assert [row["metric_name"] for row in rows] == [*names, *names]


def test_a_page_is_cut_out_of_the_whole() -> None:
    found = [samples("a", 1, 3, 5), samples("b", 2, 4)]

    assert [row["value"] for row in newest_first(found, limit=2, offset=2)] == [3.0, 2.0]
    assert newest_first(found, limit=2, offset=5) == []


def test_nothing_found_has_no_rows() -> None:
    assert newest_first([], limit=10, offset=0) == []
    assert newest_first([samples("a")], limit=10, offset=0) == []


def test_a_latest_value_is_one_row() -> None:
    assert latest_rows([LatestValue(series("a"), 2.5, NOON)]) == [
        {
            "metric_name": "a",
            "service_name": "s",
            "value": 2.5,
            "type": "counter",
            "labels": {"a": "1"},
            "timestamp": "2026-03-02T12:00:00.000Z",
        }
    ]
