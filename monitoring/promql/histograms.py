"""Quantiles of histograms. Source: quantile.go of Prometheus 2.42, `bucketQuantile`."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from monitoring.promql.labels import BUCKET, NAME, Labels, value_of, without
from monitoring.promql.model import Floats, Mask, Vector


class _Bucket(NamedTuple):
    upper_bound: float
    row: int


def histogram_quantile(quantile: Floats, buckets: Vector) -> Vector:
    """Return the quantile, given for each step, of each histogram whose buckets are in the vector.

    Series without a bound `le` that is a number are left out. Within its bucket a value is taken to lie as far as
    its rank does; in the last bucket, which has no end, it is that bucket's beginning.
    """
    histograms: dict[Labels, list[_Bucket]] = defaultdict(list)
    for row, labels in enumerate(buckets.labels):
        bound = _bound(value_of(labels, BUCKET))
        if bound is not None:
            histograms[without(labels, (BUCKET, NAME))].append(_Bucket(bound, row))
    shape = (len(histograms), buckets.values.shape[1])
    values, present = np.full(shape, np.nan), np.zeros(shape, np.bool_)
    for number, found in enumerate(histograms.values()):
        found.sort()
        rows = [bucket.row for bucket in found]
        bounds = np.array([bucket.upper_bound for bucket in found])
        there = buckets.present[rows]
        present[number] = there.any(axis=0)
        _fill(values[number], quantile, bounds, buckets.values[rows], there)
    return Vector(list(histograms), values, present)


def _bound(text: str) -> float | None:
    """Return the number as Go reads it, which knows no spaces around it."""
    try:
        return float(text) if text == text.strip() and text else None
    except ValueError:
        return None


def _fill(into: Floats, quantile: Floats, bounds: Floats, counts: Floats, there: Mask) -> None:
    """Compute all steps that have the same buckets together; mostly that is all steps."""
    patterns, member = np.unique(there, axis=1, return_inverse=True)
    for number in range(patterns.shape[1]):
        chosen, steps = patterns[:, number], np.flatnonzero(member.ravel() == number)
        if chosen.any():
            into[steps] = _quantiles(quantile[steps], bounds[chosen], counts[chosen][:, steps])


def _quantiles(quantile: Floats, bounds: Floats, counts: Floats) -> Floats:
    """Return the quantile at each step; bounds ascend, and each has the count of all values up to it."""
    in_range = (quantile >= 0) & (quantile <= 1)
    beyond = np.where(quantile < 0, -np.inf, np.where(quantile > 1, np.inf, np.nan))
    first = np.flatnonzero(np.append(True, bounds[1:] != bounds[:-1]))
    bounds, counts = bounds[first], np.add.reduceat(counts, first, axis=0)
    if bounds[-1] != np.inf or len(bounds) < 2:
        return np.where(in_range, np.nan, beyond)
    found = _interpolated(np.where(in_range, quantile, 0.0), bounds, _rising(counts))
    return np.where(in_range, found, beyond)


def _rising(counts: Floats) -> Floats:
    """Return counts that never fall: a scrape may have met the buckets at different instants."""
    return np.where(np.isnan(counts), counts, np.fmax.accumulate(counts, axis=0))


def _interpolated(quantile: Floats, bounds: Floats, counts: Floats) -> Floats:
    total = counts[-1]
    rank = quantile * total
    reached = counts[:-1] >= rank
    last = len(bounds) - 1
    bucket = np.where(reached.any(axis=0), reached.argmax(axis=0), last)
    steps = np.arange(counts.shape[1])
    before = np.maximum(bucket - 1, 0)
    has_before = bucket > 0
    begin = np.where(has_before, bounds[before], 0.0)
    below = np.where(has_before, counts[before, steps], 0.0)
    end = bounds[np.minimum(bucket, last - 1)]
    inside = begin + (end - begin) * ((rank - below) / (counts[bucket, steps] - below))
    inside = np.where((bucket == 0) & (bounds[0] <= 0), bounds[0], inside)
    inside = np.where(bucket == last, bounds[-2], inside)
    return np.where(total == 0, np.nan, inside)
