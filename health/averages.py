"""Averages of the catalogue's gauges over the last minutes: the figures of the overview."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.watch import canary
from monitoring.names import CATALOGUE
from monitoring.query.latest import latest_values
from monitoring.query.range import SeriesSamples
from monitoring.query.samples import samples_of
from monitoring.storage.instants import to_ms
from monitoring.types import MetricType, SeriesRef

WINDOW = timedelta(minutes=5)
# The canary's value is an instant whose sign changes: it has no mean.
_GAUGES = tuple(
    spec.name for spec in CATALOGUE if spec.type is MetricType.GAUGE and spec.name != canary.METRIC
)


@dataclass(frozen=True, slots=True)
class Average:
    """The mean of all samples of one metric of one service, whatever their other labels."""

    metric_name: str
    service_name: str
    avg_value: float


def gauge_averages(*, at: datetime, limit: int, offset: int) -> tuple[Sequence[Average], int]:
    """Return a page of the averages over WINDOW, and how many there are; ordered by metric and service.

    Only gauges of the catalogue: the mean of a counter's total says nothing, and what others push has no bound. Only
    the samples of the page are read. Raises InvalidInputError if those are more than one answer may hold.
    """
    start = at - WINDOW
    by_pair: dict[tuple[str, str], list[SeriesRef]] = {}
    for value in latest_values(metrics=_GAUGES, since=start):
        pair = value.series.metric, value.series.service
        by_pair.setdefault(pair, []).append(value.series)
    pairs = sorted(by_pair)
    wanted = [series for pair in pairs[offset : offset + limit] for series in by_pair[pair]]
    means = means_of(samples_of(wanted, to_ms(start), to_ms(at)))
    return [Average(*pair, mean) for pair, mean in sorted(means.items())], len(pairs)


def means_of(samples: Iterable[SeriesSamples]) -> Mapping[tuple[str, str], float]:
    """Return the mean by metric and service; every sample weighs the same."""
    sums: dict[tuple[str, str], tuple[float, int]] = {}
    for each in samples:
        pair = each.series.metric, each.series.service
        total, count = sums.get(pair, (0.0, 0))
        sums[pair] = total + float(each.values.sum()), count + len(each.values)
    return {pair: total / count for pair, (total, count) in sums.items() if count}
