"""Reads of uptime and latency: the one place that says how a service was in a period.

GET dashboard/sla, the daily rows, reports, objectives and the status page all ask here, so that no two of
them can differ. Whole days come from their rows, the edges of a period and days that have no row yet from
buckets; a day's row always is the sum of its buckets.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings

from health.catalogue import short_name_of
from health.models import HealthCursor, WatchedService
from health.sla.buckets import bucket_of
from health.sla.figures import Promise, SlaFigures, Totals, added
from health.sla.period import DAY, edges, on_the_grid, whole_days
from health.sla_totals import DayTotals, bucket_totals, day_totals

# Everything before it is in buckets, but for what late probes still change within the hour.
CURSOR = "sla_buckets"

_MILLISECOND = timedelta(milliseconds=1)


def sla_of(service: str, start: datetime, end: datetime) -> SlaFigures:
    """Return how a service, by either of its names, was from `start` until before `end`.

    Both go back to the begin of their 5-minute bucket. Raises ServiceNotWatchedError.
    """
    full_names = dict(WatchedService.objects.values_list("name", "service_name"))
    name = short_name_of(service, full_names)
    return sla_of_services(WatchedService.objects.filter(name=name), start, end)[0]


def sla_of_services(
    services: Iterable[WatchedService], start: datetime, end: datetime
) -> list[SlaFigures]:
    """Return the figures of several services, in their order, with three queries however many they are."""
    watched = list(services)
    start, end = on_the_grid(start, max(start, end))
    totals = totals_of(watched, start, end)
    return [
        SlaFigures(promise_of(service), start, end, totals[service.name]) for service in watched
    ]


def daily_sla(
    services: Iterable[WatchedService], start: datetime, end: datetime
) -> dict[str, list[SlaFigures]]:
    """Return by short name the figures of each whole day (UTC) between the two instants, the oldest first."""
    watched, days = list(services), whole_days(start, end)
    full_names = {service.name: service.service_name for service in watched}
    kept = day_totals((name, day, day + DAY) for name in full_names.values() for day in days)
    fresh = bucket_totals(
        (short, day, day + DAY)
        for short, name in full_names.items()
        for day in days
        if (name, day) not in kept
    )

    def totals(short: str, day: datetime) -> Totals:
        told = kept.get((full_names[short], day))
        found = told.totals if told else fresh.get((short, day), Totals())
        return found.lasting(DAY // _MILLISECOND)

    return {
        service.name: [
            SlaFigures(promise_of(service), day, day + DAY, totals(service.name, day))
            for day in days
        ]
        for service in watched
    }


def totals_of(
    services: Sequence[WatchedService], start: datetime, end: datetime, *, latency: bool = True
) -> dict[str, Totals]:
    """Return by short name the sums from `start` until before `end`, both at the begin of a bucket.

    Without `latency` the histograms are empty, which is many times as fast.
    """
    days = whole_days(start, end)
    by_day = _whole_days(services, days, latency=latency)
    asked = [
        (service.name, *span)
        for service in services
        for span in (*edges(start, end), *_without_row(days, by_day.get(service.service_name)))
    ]
    parts: dict[str, list[Totals]] = {service.name: [] for service in services}
    for (name, _), totals in bucket_totals(asked, latency=latency).items():
        parts[name].append(totals)
    length = (end - start) // _MILLISECOND
    sums = {}
    for service in services:
        told = by_day.get(service.service_name)
        whole = [told.totals] if told else []
        sums[service.name] = added([*whole, *parts[service.name]]).lasting(length)
    return sums


def promise_of(service: WatchedService) -> Promise:
    """Return what the service should keep, with what the settings say where its row says nothing."""
    latency = service.latency_target_ms or settings.RESPONSE_TIME_THRESHOLD_MS
    # A row that was not read back yet holds the default as it was written, a double.
    target = Decimal(str(service.availability_target))
    return Promise(service.name, service.service_name, target, latency)


def finished_until(at: datetime) -> datetime:
    """Return the instant until which buckets are written, at most the begin of the bucket of `at`."""
    cursor = HealthCursor.objects.filter(name=CURSOR).first()
    return min(cursor.at, bucket_of(at)) if cursor else bucket_of(at)


def _whole_days(
    services: Sequence[WatchedService], days: Sequence[datetime], *, latency: bool
) -> dict[str, DayTotals]:
    if not days:
        return {}
    spans = ((service.service_name, days[0], days[-1] + DAY) for service in services)
    return {name: told for (name, _), told in day_totals(spans, latency=latency).items()}


def _without_row(
    days: Sequence[datetime], told: DayTotals | None
) -> list[tuple[datetime, datetime]]:
    """Return the days that are not in the sums, those that follow one another as one span."""
    spans: list[tuple[datetime, datetime]] = []
    for day in days:
        if told and day in told.days:
            continue
        if spans and spans[-1][1] == day:
            spans[-1] = (spans[-1][0], day + DAY)
        else:
            spans.append((day, day + DAY))
    return spans
