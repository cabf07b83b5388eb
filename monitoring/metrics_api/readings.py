"""Samples and latest values as rows of the API. Pure: no Django, no clock, no database."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from monitoring.query.aggregation import Answer
from monitoring.query.grouping import Curve
from monitoring.query.range import SeriesSamples
from monitoring.types import LatestValue, SeriesRef

Row = dict[str, Any]


def timestamp_text(at: datetime) -> str:
    """Return an instant in UTC with milliseconds and a Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def latest_rows(values: Iterable[LatestValue]) -> list[Row]:
    """Return one row for each latest value, in the given order."""
    return [_row(each.series, each.value, timestamp_text(each.at)) for each in values]


def newest_first(found: Sequence[SeriesSamples], *, limit: int, offset: int) -> list[Row]:
    """Return the rows of one page over all series, newest first.

    Newest first, so that a reader who sets a limit loses the oldest samples and not those of the
    last minute. Samples of one instant keep the order of the series.
    """
    if not found:
        return []
    at_ms = np.concatenate([each.at_ms for each in found])
    values = np.concatenate([each.values for each in found])
    owners = np.repeat(np.arange(len(found)), [len(each.at_ms) for each in found])
    page = np.argsort(-at_ms, kind="stable")[offset : offset + limit]
    instants = np.datetime_as_string(at_ms[page].astype("datetime64[ms]"), timezone="UTC")
    return [
        _row(found[owner].series, value, str(instant))
        for owner, value, instant in zip(
            owners[page].tolist(), values[page].tolist(), instants, strict=True
        )
    ]


def steps_newest_first(answer: Answer, *, limit: int, offset: int) -> tuple[list[Row], int]:
    """Return the rows of one page over all curves and steps that hold something, and how many there are.

    Newest first, as samples are; the curves of one step keep their order.
    """
    newest, curves = np.nonzero(~np.isnan(answer.values.T[::-1]))
    page = slice(offset, offset + limit)
    steps = answer.grid.steps - 1 - newest[page]
    instants = np.datetime_as_string(
        answer.grid.instants()[steps].astype("datetime64[ms]"), timezone="UTC"
    )
    values = answer.values[curves[page], steps]
    rows = [
        _curve_row(answer.curves[place], value, str(instant))
        for place, value, instant in zip(
            curves[page].tolist(), values.tolist(), instants, strict=True
        )
    ]
    return rows, len(newest)


def _curve_row(curve: Curve, value: float, timestamp: str) -> Row:
    row: Row = {"metric_name": curve.metric, "value": value, "labels": curve.labels}
    if curve.service is not None:
        row["service_name"] = curve.service
    row["timestamp"] = timestamp
    return row


def _row(series: SeriesRef, value: float, timestamp: str) -> Row:
    return {
        "metric_name": series.metric,
        "service_name": series.service,
        "value": value,
        "type": series.type,
        "labels": series.labels,
        "timestamp": timestamp,
    }
