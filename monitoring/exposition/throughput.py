"""How many samples the service has stored in a span of time, as the door has counted them.

Segments cannot tell: sealing takes them away from half a minute on.
"""

from datetime import datetime, timedelta

import numpy as np
from django.conf import settings

from monitoring.ingest import tally
from monitoring.query.functions import increase
from monitoring.query.range import SeriesSamples, read_range
from monitoring.storage.instants import to_ms

# How far back a total is looked for that the growth is measured from: doors may be silent for a while.
_LOOK_BACK = timedelta(minutes=15)


def samples_stored(*, since: datetime, until: datetime) -> int:
    """Return how many samples were stored after `since` and not after `until`.

    Each process hands its counts in every INSTRUMENT_FLUSH_INTERVAL, so what came in the last seconds is
    told a little later; and what a door took first after a quarter of an hour of silence is not told, since
    nothing says where its total began.
    """
    found = read_range(
        metric=tally.SAMPLES,
        service=settings.SERVICE_NAME,
        matchers={"outcome": "stored"},
        start=since - _LOOK_BACK,
        end=until,
    )
    return round(sum(_growth(samples, to_ms(since)) for samples in found))


def _growth(samples: SeriesSamples, since_ms: int) -> float:
    """Return by how much a total grew after `since_ms`."""
    known = int(np.searchsorted(samples.at_ms, since_ms, side="right")) - 1
    grown = slice(max(known, 0), None)
    return increase(samples.at_ms[grown], samples.values[grown])
