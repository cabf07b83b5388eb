"""The newest sample of each series: what is sealed and what is not, without a query for each series."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from monitoring.query.catalogue import CATALOGUE
from monitoring.storage import unsealed
from monitoring.storage.instants import to_ms
from monitoring.types import MetricType, SeriesRef

Instants = NDArray[np.int64]
Values = NDArray[np.float64]

_ALL_IDS = "SELECT string_agg(int4send(id), '' ORDER BY id) FROM series"


def newest_of(ids: NDArray[np.int32]) -> tuple[Instants, Values]:
    """Return instant in ms and value of the newest sample of each series, in the order given.

    For a series of increments the value is its running total. Of two samples of one instant the later
    write counts. Without a sample the instant is NO_SAMPLE_MS (far in the past) and the value nan.
    """
    return unsealed.view(with_newest=True).newest_of(np.asarray(ids, np.int32))


def current_values(
    *, fresh_since: datetime, kept_since: datetime
) -> Iterator[tuple[SeriesRef, float]]:
    """Yield series with their newest value, in the order of their numbers.

    Of gauges those with a sample since `fresh_since`, of all others those with one since `kept_since`.
    """
    view = unsealed.view(with_newest=True)
    ids = CATALOGUE.select(view.catalogue, "all, by number", _all_ids)
    at_ms, values = view.newest_of(ids)
    fresh_ms, kept_ms = ceil_ms(fresh_since), ceil_ms(kept_since)
    chosen = at_ms >= max(1, min(fresh_ms, kept_ms))
    ids, is_fresh = ids[chosen], at_ms[chosen] >= fresh_ms
    is_kept, newest = at_ms[chosen] >= kept_ms, values[chosen]
    known = CATALOGUE.series(view.catalogue, ids.tolist())
    for number, fresh, kept, value in zip(
        ids.tolist(), is_fresh.tolist(), is_kept.tolist(), newest.tolist(), strict=True
    ):
        series = known.get(number)
        if series is not None and (fresh or (kept and series.type is not MetricType.GAUGE)):
            yield series, value


def ceil_ms(at: datetime) -> int:
    """Return the first millisecond that does not lie before the instant."""
    return to_ms(at - timedelta(microseconds=1)) + 1


def _all_ids() -> NDArray[np.int32]:
    with connection.cursor() as cursor:
        cursor.execute(_ALL_IDS)
        (ids,) = cursor.fetchone()
    return np.frombuffer(ids or b"", ">i4").astype(np.int32)
