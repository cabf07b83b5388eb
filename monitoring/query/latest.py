"""The newest value of each series."""

from collections.abc import Collection
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from monitoring.query.catalogue import CATALOGUE
from monitoring.query.matchers import SERVICE_LABEL, Matcher, MatchOp
from monitoring.query.newest import ceil_ms
from monitoring.query.series import ids_in, ids_of_metrics
from monitoring.storage import unsealed
from monitoring.storage.instants import from_ms
from monitoring.storage.unsealed import View
from monitoring.types import LatestValue


def latest_values(
    *,
    metrics: Collection[str] | None = None,
    service: str | None = None,
    since: datetime | None = None,
    limit: int | None = None,
) -> list[LatestValue]:
    """Return newest values, ordered by metric, service and labels; at most `limit` of them.

    `since` leaves out series whose newest sample is older. For a counter the value is its running total.
    A series that has no sample yet is not there.
    """
    view = unsealed.view(with_newest=True)
    ids = _chosen(view, metrics, service)
    at_ms, values = view.newest_of(ids)
    shown = np.flatnonzero(at_ms >= max(1, ceil_ms(since) if since else 1))[:limit]
    known = CATALOGUE.series(view.catalogue, ids[shown].tolist())
    instants = {instant: from_ms(instant) for instant in np.unique(at_ms[shown]).tolist()}
    return [
        LatestValue(known[number], value, instants[instant])
        for number, value, instant in zip(
            ids[shown].tolist(), values[shown].tolist(), at_ms[shown].tolist(), strict=True
        )
        if number in known
    ]


def _chosen(view: View, metrics: Collection[str] | None, service: str | None) -> NDArray[np.int32]:
    if metrics is not None:
        return ids_of_metrics(view, metrics, service)
    return ids_in(view, [] if service is None else [Matcher(SERVICE_LABEL, MatchOp.EQUAL, service)])
