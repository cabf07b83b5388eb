"""The stored samples as a source for the evaluator."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from monitoring.metrics_api.restricted import is_restricted
from monitoring.promql.errors import TooManySamplesError
from monitoring.promql.labels import NAME, Labels, labels_of
from monitoring.promql.model import Columns, Source
from monitoring.query.columns import SampleColumns, TooManyPointsError, read_columns
from monitoring.query.matchers import SERVICE_LABEL, Matcher
from monitoring.query.newest import newest_in
from monitoring.query.series import series_in
from monitoring.storage import unsealed
from monitoring.storage.unsealed import View
from monitoring.types import SeriesRef

_FIRST_MS, _LAST_MS = 0, 221_845_392_000_000  # 1970 to 9000: no sample lies beyond
_REMEMBERED_SETS = 50_000


class LabelSets:
    """The label sets of series, made once: the same series are asked for again and again."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._known: dict[int, tuple[SeriesRef, Labels]] = {}

    def of(self, series: SeriesRef) -> Labels:
        """Return the labels, the name and the service among them."""
        known = self._known.get(series.id)
        if known is not None and known[0] is series:
            return known[1]
        labels = labels_of({**series.labels, NAME: series.metric, SERVICE_LABEL: series.service})
        if len(self._known) >= self._capacity:
            self._known = {}
        self._known[series.id] = (series, labels)
        return labels


_label_sets = LabelSets(_REMEMBERED_SETS)


class StoredSource(Source):
    """What is stored, as far as whoever asks may see it; in the order in which series were first met.

    It serves one query: all its selectors see the same view of what is not sealed.
    """

    def __init__(self, *, max_samples: int, restricted: bool) -> None:
        self._max_samples = max_samples
        self._restricted = restricted

    def select(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int, /) -> Columns:
        """Return the matching series that have samples in the span. Raises TooManySamplesError."""
        return self._read(read_columns, matchers, start_ms, end_ms)

    def newest(self, matchers: Sequence[Matcher], start_ms: int, end_ms: int, /) -> Columns:
        """Return the last sample that each of those series has in the span. Raises TooManySamplesError."""
        return self._read(newest_in, matchers, start_ms, end_ms)

    def labels(self, matchers: Sequence[Matcher]) -> list[Labels]:
        """Return the label sets of the matching series, whenever they had samples."""
        return [_label_sets.of(each) for each in self._visible(matchers).values()]

    @cached_property
    def _view(self) -> View:
        """Return what all selectors of the query look at; any of them may ask for what is newest."""
        return unsealed.view(with_newest=True)

    def _read(
        self,
        read: Callable[..., SampleColumns],
        matchers: Sequence[Matcher],
        start_ms: int,
        end_ms: int,
    ) -> Columns:
        series = self._visible(matchers)
        ids = np.array(sorted(series), np.int32)
        first, last = max(start_ms, _FIRST_MS), min(end_ms, _LAST_MS)
        try:
            columns = read(ids, first, last, max_points=self._max_samples, view=self._view)
        except TooManyPointsError:
            raise TooManySamplesError from None
        labels = [_label_sets.of(series[number]) for number in columns.ids.tolist()]
        return Columns(labels, columns.starts, columns.at_ms, columns.values)

    def _visible(self, matchers: Sequence[Matcher]) -> dict[int, SeriesRef]:
        return {
            each.id: each
            for each in series_in(self._view, matchers=matchers)
            if self._restricted or not is_restricted(each.metric)
        }
