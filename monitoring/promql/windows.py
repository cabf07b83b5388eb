"""From samples to what an evaluation sees of them: the newest value at each step, and the window before it."""

from collections.abc import Callable

import numpy as np

from monitoring.promql.model import Columns, Integers, Vector, Windows

LOOKBACK_MS = (
    300_000  # how long the last value of a series speaks for it; 5 minutes, as in Prometheus
)


def newest_before(columns: Columns, at_ms: Integers) -> Integers:
    """Return, for each series and instant, the position of the newest sample of the last 5 minutes, or -1.

    A sample that is exactly 5 minutes old still counts, as in Prometheus 2.
    """
    after = _positions(columns, at_ms + 1)
    newest = after - 1
    if len(columns.at_ms) == 0:
        return np.full(after.shape, -1, np.int64)
    fresh = (after > columns.starts[:-1, None]) & (
        columns.at_ms[np.maximum(newest, 0)] >= at_ms - LOOKBACK_MS
    )
    return np.where(fresh, newest, -1)


def instant_vector(columns: Columns, at_ms: Integers) -> Vector:
    """Return the newest value of each series at each instant."""
    newest = newest_before(columns, at_ms)
    return Vector(list(columns.labels), _taken(columns.values, newest), newest >= 0)


def sample_times(columns: Columns, at_ms: Integers) -> Vector:
    """Return, in seconds, when the newest value of each series at each instant was taken."""
    newest = newest_before(columns, at_ms)
    seconds = columns.at_ms.astype(np.float64) / 1_000
    return Vector(list(columns.labels), _taken(seconds, newest), newest >= 0)


def windows_of(
    columns: Columns,
    *,
    ends_ms: Integers,
    times_ms: Integers,
    range_ms: int,
    checkpoint: Callable[[], None],
) -> Windows:
    """Return the samples of the `range_ms` up to each end; both borders belong to the window, as in Prometheus 2."""
    return Windows(
        labels=list(columns.labels),
        at_ms=columns.at_ms,
        values=columns.values,
        lo=_positions(columns, ends_ms - range_ms),
        hi=_positions(columns, ends_ms + 1),
        ends_ms=ends_ms,
        times_ms=times_ms,
        range_ms=range_ms,
        checkpoint=checkpoint,
    )


def columns_of(vector: Vector, at_ms: Integers) -> Columns:
    """Return an evaluated vector as samples at its steps: what a subquery hands to a range function."""
    counts = vector.present.sum(axis=1)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    times = np.broadcast_to(at_ms, vector.present.shape)
    return Columns(vector.labels, starts, times[vector.present], vector.values[vector.present])


def _taken(values: np.ndarray, positions: Integers) -> np.ndarray:
    if len(values) == 0:
        return np.zeros(positions.shape)
    return values[np.maximum(positions, 0)]


def _positions(columns: Columns, at_ms: Integers) -> Integers:
    """Return, for each series and instant, the position of its first sample at or after the instant.

    One search for all series: each gets a stretch of the number line of its own.
    """
    series = len(columns.labels)
    if series == 0 or len(columns.at_ms) == 0:
        return np.zeros((series, len(at_ms)), np.int64)
    if series == 1:
        return np.searchsorted(columns.at_ms, at_ms).astype(np.int64)[None, :]
    first, last = int(columns.at_ms.min()), int(columns.at_ms.max())
    stretch = last - first + 2
    own = np.repeat(np.arange(series, dtype=np.int64) * stretch, np.diff(columns.starts))
    wanted = np.clip(at_ms - first, 0, stretch - 1)
    keys = wanted[None, :] + (np.arange(series, dtype=np.int64) * stretch)[:, None]
    found = np.searchsorted(own + (columns.at_ms - first), keys.ravel())
    return found.reshape(keys.shape).astype(np.int64)
