"""One number from the samples of each series within a window of time, for many series at once.

Growth is counted as everywhere in this service: between the first and the last sample of the window, a fall being
a restart from zero, and nothing extrapolated to the borders, so whole events stay whole numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.evaluation.percentiles import percentiles

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Samples(NamedTuple):
    """Samples of n series, one series after the other: those of series i lie in `starts[i]:starts[i + 1]`.

    `at_ms` are instants in ms since the epoch, ascending within a series; `values` are in the unit of the metric.
    """

    starts: Integers
    at_ms: Integers
    values: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Aggregated:
    """What the windows hold: a value (NaN: nothing), the number of samples and the newest instant (-1: none)."""

    values: Floats
    count: Integers
    newest_ms: Integers


class Spans(NamedTuple):
    """Windows as runs of samples: window k holds the samples `low[k]` to before `high[k]`, none if both are equal."""

    low: Integers
    high: Integers


def aggregate(samples: Samples, aggregation: str, start_ms: int, end_ms: int) -> Aggregated:
    """Return one number for each series from its samples after `start_ms` up to and including `end_ms`.

    Of an empty window nothing is known, except that `absent` is 1.0 there and 0.0 elsewhere. Growth needs two
    samples. A NaN among the samples makes NaN. Raises ValueError for an aggregation that is not one of a window.

    Source: column `aggregation` of table `alert_rules`.
    """
    inside = (samples.at_ms > start_ms) & (samples.at_ms <= end_ms)
    passed = np.concatenate([[0], np.cumsum(inside)])[samples.starts]
    picked = Samples(passed, samples.at_ms[inside], samples.values[inside])
    return aggregate_spans(picked, aggregation, Spans(passed[:-1], passed[1:]))


def aggregate_spans(samples: Samples, aggregation: str, spans: Spans) -> Aggregated:
    """Return one number for each window, as `aggregate` does; windows may overlap."""
    reduce = _REDUCTIONS.get(aggregation)
    if reduce is None:
        raise ValueError(
            f"unknown aggregation {aggregation!r}, expected one of {' '.join(_REDUCTIONS)}"
        )
    count = spans.high - spans.low
    filled = Spans(spans.low[count > 0], spans.high[count > 0])
    values = np.full(len(count), 1.0 if aggregation == "absent" else np.nan)
    newest = np.full(len(count), -1, np.int64)
    # Infinities among the samples make NaN, which says nothing: no cause for a warning.
    with np.errstate(invalid="ignore", over="ignore"):
        values[count > 0] = reduce(samples, filled)
    newest[count > 0] = samples.at_ms[filled.high - 1]
    return Aggregated(values, count, newest)


def week_change(now: Aggregated, then: Aggregated) -> Aggregated:
    """Return by how many percent the averages of `now` differ from those of `then`, the same window a week before.

    Both must be aggregated by `avg`. From zero to zero is no change; from zero to anything else nothing is known.
    The number of samples is that of the window that has fewer, so a minimum of samples holds for both.
    """
    change = now.values - then.values
    with np.errstate(divide="ignore", invalid="ignore"):
        percent = np.where(then.values == 0, np.nan, 100 * change / np.abs(then.values))
    percent[(now.values == 0) & (then.values == 0)] = 0.0
    return Aggregated(percent, np.minimum(now.count, then.count), now.newest_ms)


def _reduced(ufunc: np.ufunc, values: Floats, spans: Spans) -> Floats:
    """Return the reduction of each window; one pass over the windows, whether or not they overlap."""
    borders = np.column_stack([spans.low, spans.high]).ravel()
    # A window may end behind the last value, where reduceat accepts no index.
    padded = np.append(values, 0.0)
    found: Floats = ufunc.reduceat(padded, borders)[::2]
    return found


def _sums(samples: Samples, spans: Spans) -> Floats:
    return _reduced(np.add, samples.values, spans)


def _averages(samples: Samples, spans: Spans) -> Floats:
    return _sums(samples, spans) / (spans.high - spans.low)


def _smallest(samples: Samples, spans: Spans) -> Floats:
    return _reduced(np.minimum, samples.values, spans)


def _largest(samples: Samples, spans: Spans) -> Floats:
    return _reduced(np.maximum, samples.values, spans)


def _counts(_samples: Samples, spans: Spans) -> Floats:
    return (spans.high - spans.low).astype(np.float64)


def _newest(samples: Samples, spans: Spans) -> Floats:
    return samples.values[spans.high - 1]


def _present(_samples: Samples, spans: Spans) -> Floats:
    return np.zeros(len(spans.low))


def _increases(samples: Samples, spans: Spans) -> Floats:
    """Return the growth within each window. Step i leads from sample i to i + 1, so a window has one step less."""
    grown = np.full(len(spans.low), np.nan)
    several = spans.high - spans.low >= 2
    before, after = samples.values[:-1], samples.values[1:]
    steps = np.where(after < before, after, after - before)
    grown[several] = _reduced(np.add, steps, Spans(spans.low[several], spans.high[several] - 1))
    return grown


def _rates(samples: Samples, spans: Spans) -> Floats:
    """Return the growth a second between the first and the last sample."""
    seconds = (samples.at_ms[spans.high - 1] - samples.at_ms[spans.low]) / 1_000
    with np.errstate(invalid="ignore"):
        return _increases(samples, spans) / np.where(seconds > 0, seconds, np.nan)


def _percentile(percent: float) -> Callable[[Samples, Spans], Floats]:
    def of_windows(samples: Samples, spans: Spans) -> Floats:
        return percentiles(samples.values, spans.low, spans.high, percent)

    return of_windows


_REDUCTIONS: Mapping[str, Callable[[Samples, Spans], Floats]] = {
    "last": _newest,
    "avg": _averages,
    "min": _smallest,
    "max": _largest,
    "sum": _sums,
    "count": _counts,
    "rate": _rates,
    "increase": _increases,
    "p50": _percentile(50),
    "p95": _percentile(95),
    "p99": _percentile(99),
    "absent": _present,
}
