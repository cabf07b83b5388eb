"""The service's own figures, minute by minute. Pure: no Django, no clock, no database."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.query.range import SeriesSamples

MINUTE_MS = 60_000
Minutes = NDArray[np.float64]  # one value a minute, oldest first; NaN where nothing is known


@dataclass(frozen=True, slots=True)
class Window:
    """The whole minutes before `end_ms`: a minute that still runs would always look low."""

    end_ms: int
    minutes: int

    @property
    def start_ms(self) -> int:
        """Return the start of the first minute."""
        return self.end_ms - self.minutes * MINUTE_MS

    def middles_ms(self) -> NDArray[np.int64]:
        """Return the middle of each minute."""
        return self.start_ms + np.arange(self.minutes, dtype=np.int64) * MINUTE_MS + MINUTE_MS // 2


def added_each_minute(found: Sequence[SeriesSamples], window: Window) -> Minutes:
    """Return how much the totals of all series together grew in each minute.

    A total that falls has been reset and grew by what it now is. What a series had before its first
    sample in reach is unknown and counts as nothing.
    """
    added = np.zeros(window.minutes)
    for samples in found:
        growth = np.diff(samples.values)
        growth = np.where(growth < 0, samples.values[1:], growth)
        places, inside = _places(samples.at_ms[1:], window)
        np.add.at(added, places[inside], growth[inside])
    return added


def mean_each_minute(found: Sequence[SeriesSamples], window: Window) -> Minutes:
    """Return the mean of all samples of each minute, NaN for a minute without any."""
    total, count = np.zeros(window.minutes), np.zeros(window.minutes)
    for samples in found:
        places, inside = _places(samples.at_ms, window)
        np.add.at(total, places[inside], samples.values[inside])
        np.add.at(count, places[inside], 1)
    with np.errstate(invalid="ignore"):
        return np.asarray(total / np.where(count, count, np.nan))


def quantile_each_minute(buckets: Sequence[SeriesSamples], share: float, window: Window) -> Minutes:
    """Return the quantile of the observations of each minute, NaN for a minute without any.

    `buckets` are the `_bucket` series of one histogram; all label sets are taken together.
    """
    bounds = sorted({_bound(samples) for samples in buckets})
    grown = [
        added_each_minute([each for each in buckets if _bound(each) == bound], window)
        for bound in bounds
    ]
    return np.array(
        [
            quantile(bounds, [float(counts[minute]) for counts in grown], share)
            for minute in range(window.minutes)
        ]
    )


def quantile(bounds: Sequence[float], counts: Sequence[float], share: float) -> float:
    """Return a quantile from cumulative bucket counts, NaN if there was no observation.

    Linear inside the bucket that holds it; the highest finite bound if that is the last bucket,
    whose end nobody knows. The estimate is Prometheus' histogram_quantile.
    """
    if not counts or counts[-1] <= 0:
        return math.nan
    rank = share * counts[-1]
    place = next(index for index, count in enumerate(counts) if count >= rank)
    low, before = (bounds[place - 1], counts[place - 1]) if place else (0.0, 0.0)
    if math.isinf(bounds[place]):
        return low
    inside = counts[place] - before
    return low + (bounds[place] - low) * ((rank - before) / inside if inside else 1.0)


def _places(
    at_ms: NDArray[np.int64], window: Window
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    places = (at_ms - window.start_ms) // MINUTE_MS
    return places, (places >= 0) & (places < window.minutes)


def _bound(samples: SeriesSamples) -> float:
    return float(samples.series.labels.get("le", "inf"))
