"""Samples in memory, as a source for the evaluator."""

from collections.abc import Mapping, Sequence

import numpy as np

from monitoring.promql.labels import Labels, labels_of, value_of
from monitoring.promql.model import Columns, Source
from monitoring.query.matchers import Matcher

Samples = tuple[Sequence[int], Sequence[float]]


class MemorySource(Source):
    """Series and their samples: instants in ms, ascending, and values. Counts what it was asked for."""

    def __init__(self, series: Mapping[Labels, Samples]) -> None:
        self._series = {labels: series[labels] for labels in sorted(series)}
        self.asked: list[tuple[int, int]] = []

    def select(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int, /) -> Columns:
        """Return what matches, as the database would."""
        self.asked.append((start_ms, end_ms))
        labels: list[Labels] = []
        times, values = [np.empty(0, np.int64)], [np.empty(0)]
        for own, (at_ms, numbers) in self._series.items():
            if all(matcher.accepts(value_of(own, matcher.label)) for matcher in matchers):
                at = np.asarray(at_ms, np.int64)
                chosen = (at >= start_ms) & (at <= end_ms)
                labels.append(own)
                times.append(at[chosen])
                values.append(np.asarray(numbers, np.float64)[chosen])
        starts = np.cumsum([0, *(len(each) for each in times[1:])])
        return Columns(labels, starts, np.concatenate(times), np.concatenate(values))


def series(name: str, **labels: str) -> Labels:
    """Return the label set of a metric's series."""
    return labels_of({"__name__": name, **labels})
