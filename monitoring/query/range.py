"""The samples of a span of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from monitoring.errors import InvalidInputError
from monitoring.query.columns import SampleColumns, read_columns
from monitoring.query.matchers import Matcher
from monitoring.query.series import series_in
from monitoring.query.time_limit import within_time_limit
from monitoring.storage import unsealed
from monitoring.storage.instants import EPOCH, to_ms
from monitoring.types import SeriesRef

# No sample lies beyond, and the margins around a span stay within what a datetime can say.
_FIRST_INSTANT = EPOCH
_LAST_INSTANT = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, eq=False)
class SeriesSamples:
    """The samples of one series: instants in ms since the epoch, ascending, each once."""

    series: SeriesRef
    at_ms: NDArray[np.int64]
    values: NDArray[np.float64]


def read_range(
    *,
    metric: str | None = None,
    service: str | None = None,
    matchers: Mapping[str, str] | Sequence[Matcher] | None = None,
    start: datetime,
    end: datetime,
) -> list[SeriesSamples]:
    """Return the samples from `start` to `end`, both included, of each matching series that has any.

    Ordered by metric, service and labels. Of two samples of one series and instant the later write is
    returned. Raises InvalidInputError if the span is negative, or holds more points, or takes longer to
    read, than one answer may.
    """
    if end < start:
        raise InvalidInputError("the span must not end before it starts")
    first_ms = to_ms(_storable(start) - timedelta(microseconds=1)) + 1
    with within_time_limit() as deadline:
        view = unsealed.view()
        wanted = series_in(view, metric=metric, service=service, matchers=matchers)
        ids = np.array([series.id for series in wanted], np.int32)
        found = read_columns(
            ids,
            first_ms,
            to_ms(_storable(end)),
            max_points=settings.MAX_RANGE_POINTS,
            view=view,
            deadline=deadline,
        )
    return _by_series(wanted, found)


def _by_series(wanted: Sequence[SeriesRef], found: SampleColumns) -> list[SeriesSamples]:
    starts = found.starts.tolist()
    place = {
        series_id: slice(starts[number], starts[number + 1])
        for number, series_id in enumerate(found.ids.tolist())
    }
    return [
        SeriesSamples(each, found.at_ms[place[each.id]], found.values[place[each.id]])
        for each in wanted
        if each.id in place
    ]


def _storable(at: datetime) -> datetime:
    """Return the instant, or the nearest one that a sample can have."""
    return min(max(at, _FIRST_INSTANT), _LAST_INSTANT)
