"""The samples of series that are already chosen."""

from collections.abc import Sequence

import numpy as np
from django.conf import settings

from monitoring.query.columns import read_columns
from monitoring.query.range import SeriesSamples
from monitoring.query.time_limit import within_time_limit
from monitoring.types import SeriesRef


def samples_of(series: Sequence[SeriesRef], start_ms: int, end_ms: int) -> list[SeriesSamples]:
    """Return the samples from `start_ms` to `end_ms`, both included, of each series that has any, in their order.

    Raises InvalidInputError if there are more than one answer may hold, or it takes too long to read them.
    """
    if not series:
        return []
    ids = np.array(sorted(each.id for each in series), np.int32)
    with within_time_limit() as deadline:
        columns = read_columns(
            ids, start_ms, end_ms, max_points=settings.MAX_RANGE_POINTS, deadline=deadline
        )
    bounds = columns.starts.tolist()
    held = {
        series_id: slice(first, after)
        for series_id, first, after in zip(columns.ids.tolist(), bounds, bounds[1:], strict=False)
        if after > first
    }
    return [
        SeriesSamples(each, columns.at_ms[held[each.id]], columns.values[held[each.id]])
        for each in series
        if each.id in held
    ]
