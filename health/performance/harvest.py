"""From counters of pushed histograms to parts of the roll-up: growth, put together by endpoint. Pure: numpy only.

A classic histogram is one counter for each bucket. What counts is how much each grew, in the span in
which the growth was seen, so that the spans add up to the growth of the counters and whole requests stay
whole numbers.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from health.latency.histogram import LatencyHistogram
from health.performance.apdex import TOLERATED_TIMES
from health.performance.items import LONGEST_ENDPOINT, METHODS
from health.performance.parts import Part, Parts, Place, merge_into

_BOUND = "le"
_MILLISECOND = timedelta(milliseconds=1)

Growth = dict[int, float]
"""How much a counter grew, by the beginning of the span in ms since 1970."""


@dataclass(frozen=True, slots=True)
class GrownSeries:
    """One counter of a histogram: a bucket if it has the label `le`, else the sum of all durations in ms."""

    service_name: str
    labels: Mapping[str, str]
    growth: Growth


def growth_of(
    at_ms: NDArray[np.int64],
    values: NDArray[np.float64],
    *,
    before: float | None,
    width_ms: int,
) -> Growth:
    """Return how much a counter grew by span of `width_ms`, from its samples in the order of time.

    `before` is its last value ahead of the samples; None if nobody knows, and then the first sample is
    where counting begins. A span in which it was seen and did not grow is there with 0: an empty bucket
    still says where the next one begins. A fall is a restart from zero: the new value has grown since.
    """
    if before is None:
        before, at_ms, values = float(values[0]), at_ms[1:], values[1:]
    previous = np.concatenate(([before], values[:-1])) if len(values) else values
    grown = np.where(values >= previous, values - previous, values)
    starts = at_ms // width_ms * width_ms
    found: Growth = {}
    for start, growth in zip(starts.tolist(), grown.tolist(), strict=True):
        found[start] = found.get(start, 0.0) + growth
    return found


def parts_of_growth(series: Iterable[GrownSeries], *, threshold_ms: float) -> Parts:
    """Return what the counters say of each endpoint and span; `threshold_ms` is that of apdex.

    Whose labels differ in anything but `le` are histograms of their own, as of two processes, and their
    requests add up. A status that is no number counts as no error.
    """
    histograms: dict[tuple[str, frozenset[tuple[str, str]]], list[GrownSeries]] = {}
    for each in series:
        rest = frozenset(item for item in each.labels.items() if item[0] != _BOUND)
        histograms.setdefault((each.service_name, rest), []).append(each)
    parts: Parts = {}
    for counters in histograms.values():
        merge_into(parts, _parts_of_one(counters, threshold_ms))
    return parts


def _parts_of_one(counters: Sequence[GrownSeries], threshold_ms: float) -> Parts:
    buckets: dict[int, dict[float, float]] = {}
    sums: Growth = {}
    service_name, labels = counters[0].service_name, counters[0].labels
    for each in counters:
        bound = each.labels.get(_BOUND)
        for start, grown in each.growth.items():
            if bound is None:
                sums[start] = sums.get(start, 0.0) + grown
            else:
                buckets.setdefault(start, {})[float(bound)] = grown
    parts: Parts = {}
    for start, by_bound in buckets.items():
        part = _part(by_bound, sums.get(start, 0.0), _status(labels), threshold_ms)
        if part.requests:
            parts[_place(service_name, labels, start)] = part
    return parts


def _place(service_name: str, labels: Mapping[str, str], start_ms: int) -> Place:
    method = labels.get("method", "").upper()
    return Place(
        service_name,
        (labels.get("route") or "unmatched")[:LONGEST_ENDPOINT],
        method if method in METHODS else "OTHER",
        datetime.fromtimestamp(0, tz=UTC) + start_ms * _MILLISECOND,
    )


def _part(grown: Mapping[float, float], total_ms: float, status: int, threshold_ms: float) -> Part:
    bounds = sorted(grown)
    # A bucket can lag behind a narrower one where their samples fell into different spans.
    counts = np.maximum.accumulate([round(grown[bound]) for bound in bounds]).tolist()
    latency = LatencyHistogram.of_buckets(bounds, counts)
    pleased = round(latency.count_within(threshold_ms))
    endured = round(latency.count_within(TOLERATED_TIMES * threshold_ms)) - pleased
    failed = status >= 500
    return Part(
        requests=counts[-1],
        client_errors=counts[-1] if 400 <= status < 500 else 0,
        server_errors=counts[-1] if failed else 0,
        satisfied=0 if failed else pleased,
        tolerating=0 if failed else endured,
        total_ms=total_ms,
        slowest_ms=latency.quantile(1) or 0.0,
        buckets=Counter(latency.coarse),
    )


def _status(labels: Mapping[str, str]) -> int:
    text = labels.get("status_code", "")
    return int(text) if text.isdecimal() and len(text) == 3 else 0
