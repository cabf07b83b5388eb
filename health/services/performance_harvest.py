"""Request histograms that other services pushed, taken over into the roll-up, each request once.

For every series of a histogram a row remembers the sample up to which it was counted. It moves in the
transaction that writes what has grown since, so a run that is repeated, or killed and repeated, counts
nothing twice and leaves nothing out. A sample that comes late moves growth to where it belongs; the sums
stay what the counters say.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from health.models import HarvestedSeries, HealthCursor
from health.models.performance import RollupSource
from health.performance.harvest import GrownSeries, growth_of, parts_of_growth
from health.performance.parts import Parts, merge_into, span_start
from health.services.performance import reopen_days
from health.services.performance_rollup import RETURNED, parts_of_rows, put
from monitoring.models import Latest, Series
from monitoring.query.range import SeriesSamples
from monitoring.query.samples import samples_of
from monitoring.query.series import matching_series
from monitoring.storage.instants import from_ms, to_ms
from monitoring.types import SeriesRef

CURSOR = "performance_harvest"
WIDTH = timedelta(minutes=5)
# Samples that belong to a span come within it, or shortly after; later ones are counted where they are met.
SETTLED = timedelta(minutes=1)
LATE = timedelta(minutes=15)
# One transaction does so much at most: a run after an outage catches up in several.
LONGEST = timedelta(hours=1)
# What is longer ago than that is counted in one go when its series is met again.
REACH = timedelta(days=1)

_METRICS = ("http_request_duration_ms_bucket", "http_request_duration_ms_sum")
_WIDTH_MS = int(WIDTH.total_seconds()) * 1_000
_SERIES_AT_ONCE = 2_000  # an hour of so many, each every few seconds, is what one read may hold
_TAKE = """
DELETE FROM performance_rollups
WHERE source = 'histogram' AND (service_name, endpoint, method, starts_at) IN (
    SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::timestamptz[]))
"""


@dataclass(slots=True)
class _Harvest:
    """What one span of time has brought: growth, and up to where each series is counted now."""

    grown: list[GrownSeries] = field(default_factory=list)
    reached: list[HarvestedSeries] = field(default_factory=list)


def harvest(*, at: datetime) -> int:
    """Take over what was pushed until a minute before `at`, in whole spans of five minutes.

    Return the number of requests. Two at once take each span once. Raises what reading the store raises:
    then the spans done so far stay done.
    """
    until = span_start(at - SETTLED, WIDTH)
    HealthCursor.objects.get_or_create(name=CURSOR, defaults={"at": until - LONGEST})
    requests = 0
    while (taken := _harvest_next(until)) is not None:
        requests += taken
    return requests


@transaction.atomic
def _harvest_next(until: datetime) -> int | None:
    """Take over the next hour at most; None if nothing is left to do."""
    cursor = HealthCursor.objects.select_for_update().get(name=CURSOR)
    start = max(cursor.at, until - REACH)
    if start >= until:
        return None
    end = min(start + LONGEST, until)
    found = _read(start - LATE, end)
    parts = parts_of_growth(found.grown, threshold_ms=settings.APDEX_THRESHOLD_MS)
    _add(parts)
    HarvestedSeries.objects.bulk_create(
        found.reached,
        update_conflicts=True,
        unique_fields=["series_id"],
        update_fields=["at", "value"],
        batch_size=1_000,
    )
    cursor.at = end
    cursor.save(update_fields=["at"])
    return sum(part.requests for part in parts.values())


def _read(start: datetime, end: datetime) -> _Harvest:
    by_service: defaultdict[str, list[SeriesRef]] = defaultdict(list)
    for metric in _METRICS:
        for series in matching_series(metric=metric):
            if series.service != settings.SERVICE_NAME:
                by_service[series.service].append(series)
    harvested = _Harvest()
    for of_service in by_service.values():
        _read_service(of_service, start, end, harvested)
    return harvested


def _read_service(
    series: Sequence[SeriesRef], start: datetime, end: datetime, harvested: _Harvest
) -> None:
    known = HarvestedSeries.objects.in_bulk([each.id for each in series])
    from_zero = _begun_at_zero(
        [each.id for each in series if each.id not in known], start, is_known_service=bool(known)
    )
    for first in range(0, len(series), _SERIES_AT_ONCE):
        some = series[first : first + _SERIES_AT_ONCE]
        for samples in samples_of(some, to_ms(start), to_ms(end) - 1):
            _count(samples, known, from_zero, harvested)


def _count(
    samples: SeriesSamples,
    known: Mapping[int, HarvestedSeries],
    from_zero: Collection[int],
    harvested: _Harvest,
) -> None:
    series = samples.series
    state = known.get(series.id)
    fresh = slice(None) if state is None else samples.at_ms > to_ms(state.at)
    at_ms, values = samples.at_ms[fresh], samples.values[fresh]
    if not len(at_ms):
        return
    if state is not None:
        before: float | None = state.value
    else:
        before = 0.0 if series.id in from_zero else None
    growth = growth_of(at_ms, values, before=before, width_ms=_WIDTH_MS)
    harvested.grown.append(GrownSeries(series.service, series.labels, growth))
    harvested.reached.append(
        HarvestedSeries(series_id=series.id, at=from_ms(int(at_ms[-1])), value=float(values[-1]))
    )


def _begun_at_zero(
    new: Collection[int], start: datetime, *, is_known_service: bool
) -> frozenset[int]:
    """Return the series, of those never counted, whose first sample has grown from zero.

    They were born in the span that is read. Increments add up from zero by their nature; a total of the
    sender's own is known to begin there only where the service was already being counted.
    """
    born = set(
        Series.objects.filter(pk__in=new, created_at__gte=start).values_list("pk", flat=True)
    )
    if is_known_service or not born:
        return frozenset(born)
    adding = Latest.objects.filter(series_id__in=born, accumulates=True)
    return frozenset(adding.values_list("series_id", flat=True))


def _add(parts: Parts) -> None:
    """Add parts to those that an earlier run wrote for the same places: of each place there is one."""
    if not parts:
        return
    columns: list[Any] = [list(column) for column in zip(*parts, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE + RETURNED, columns)
        before = parts_of_rows(cursor.fetchall(), width=WIDTH)
    merge_into(parts, before.get(RollupSource.HISTOGRAM, {}))
    reopen_days(min(place.starts_at for place in parts))
    put({RollupSource.HISTOGRAM: parts}, width=WIDTH)
