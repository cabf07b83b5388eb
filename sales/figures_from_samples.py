"""Business figures out of the sales that services push: by how much their counters rose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from monitoring.models import Latest
from monitoring.query.aggregation import Question, aggregate
from monitoring.query.latest import latest_values
from monitoring.query.series import matching_series
from monitoring.query.steps import Aggregation, Function
from monitoring.storage.instants import to_ms
from monitoring.types import SeriesRef
from sales.business.figures import FIGURES, Answer, Source
from sales.business.growth import growth_since
from sales.business.periods import Period, step_for

TICKETS = "tickets_sold_total"
REVENUE = "revenue_total_cents"
VENUES = "business_total_venues"

# Where every service that ever sold is silent for so long, "nothing sold" is not known.
SILENT_AFTER = timedelta(hours=1)
# What a counter stood at before the first period began.
_LOOKBACK = timedelta(days=1)
_SERIES_AT_ONCE = 200
_SPANS = (
    *(Period.TODAY, Period.WEEK, Period.MONTH),
    *(Period.LAST_30_DAYS, Period.LAST_24_HOURS),
)
_REVENUE_OF = {
    "revenue_today": Period.TODAY,
    "revenue_week": Period.WEEK,
    "revenue_month": Period.MONTH,
}
_TICKETS_OF = {"tickets_sold_today": Period.TODAY, "tickets_sold_24h": Period.LAST_24_HOURS}


@dataclass(frozen=True, slots=True)
class Growths:
    """By how much each series of one metric rose in each period."""

    series: Sequence[SeriesRef]
    by_period: Mapping[Period, NDArray[np.float64]]

    def total(self, period: Period) -> int:
        """Return the growth of all series."""
        return round(float(self.by_period[period].sum()))

    def that_rose(self, label: str) -> set[str]:
        """Return the values of a label whose series rose in the last 30 days."""
        rose = zip(self.series, self.by_period[Period.LAST_30_DAYS] > 0, strict=True)
        return {
            each.labels[label] for each, is_active in rose if is_active and label in each.labels
        }


def answers_from_samples(*, at: datetime, starts: Mapping[Period, datetime]) -> dict[str, Answer]:
    """Return what the stored samples say about each figure; without a value where they cannot know.

    Series that this service wrote itself do not count: they come from the database's own figures.
    """
    tickets, revenue = _growths(TICKETS, at, starts), _growths(REVENUE, at, starts)
    values: dict[str, int | str] = {}
    values |= _sums(_TICKETS_OF, TICKETS, tickets)
    values |= _sums(_REVENUE_OF, REVENUE, revenue)
    values["events_active"] = (
        f"nobody pushes {TICKETS}" if tickets is None else len(tickets.that_rose("event_id"))
    )
    values["venues_active"] = _active_venues(tickets, revenue)
    values["venues_total"] = _pushed_total(at)
    silent = _silence(tickets, revenue, at)
    since = {figure.name: starts[figure.period] for figure in FIGURES}
    return {
        name: _answer(value, silent if name != "venues_total" else "", at, since[name])
        for name, value in values.items()
    }


def _answer(value: int | str, silent: str, at: datetime, since: datetime) -> Answer:
    problem = value if isinstance(value, str) else silent
    known = value if isinstance(value, int) and not problem else None
    return Answer(Source.SAMPLES, known, at, since, problem)


def _sums(
    periods: Mapping[str, Period], metric: str, growths: Growths | None
) -> dict[str, int | str]:
    if growths is None:
        return dict.fromkeys(periods, f"nobody pushes {metric}")
    return {name: growths.total(period) for name, period in periods.items()}


def _active_venues(*known: Growths | None) -> int | str:
    found = [growths for growths in known if growths is not None]
    if not found:
        return f"nobody pushes {TICKETS} or {REVENUE}"
    return len(set().union(*(growths.that_rose("venue_id") for growths in found)))


def _pushed_total(at: datetime) -> int | str:
    """Return how many venues there are, where a service says so itself: sales show only those that sell."""
    for newest in latest_values(metrics=[VENUES], since=at - settings.METRIC_STALENESS):
        series = newest.series
        if series.labels.get("type") == "total" and series.service != settings.SERVICE_NAME:
            return round(newest.value)
    return f"nobody pushes {VENUES} of type total"


def _silence(tickets: Growths | None, revenue: Growths | None, at: datetime) -> str:
    """Return why nothing is known of now: all the services that sell have pushed nothing at all of late."""
    sellers = {
        series.service
        for growths in (tickets, revenue)
        for series in (growths.series if growths else ())
    }
    if not sellers or any(_speaks(service, at) for service in sellers):
        return ""
    hours = SILENT_AFTER // timedelta(hours=1)
    return f"{', '.join(sorted(sellers))} pushed nothing in the last {hours} h"


def _speaks(service: str, at: datetime) -> bool:
    return bool(latest_values(service=service, since=at - SILENT_AFTER, limit=1))


def _growths(metric: str, at: datetime, starts: Mapping[Period, datetime]) -> Growths | None:
    series = [
        each for each in matching_series(metric=metric) if each.service != settings.SERVICE_NAME
    ]
    if not series:
        return None
    parts = [
        _growths_of(series[place : place + _SERIES_AT_ONCE], at, starts)
        for place in range(0, len(series), _SERIES_AT_ONCE)
    ]
    return Growths(
        series, {period: np.concatenate([part[period] for part in parts]) for period in _SPANS}
    )


def _growths_of(
    series: Sequence[SeriesRef], at: datetime, starts: Mapping[Period, datetime]
) -> dict[Period, NDArray[np.float64]]:
    """Return the growth by period of a few series, from their last values by step, which roll-ups know, too."""
    spans = {period: starts[period] for period in _SPANS}
    step_ms = step_for(spans.values()) // timedelta(milliseconds=1)
    first = min(spans.values()) - _LOOKBACK
    answer = aggregate(
        series,
        start_ms=to_ms(first),
        end_ms=to_ms(at) + 1,
        question=Question(step_ms, Aggregation(Function.LAST)),
    )
    from_zero = _begun_since(series, first)
    begin_ms = answer.grid.start_ms
    return {
        period: growth_since(
            answer.values, (to_ms(start) - begin_ms) // step_ms, from_zero=from_zero
        )
        for period, start in spans.items()
    }


def _begun_since(series: Iterable[SeriesRef], first: datetime) -> NDArray[np.bool_]:
    """Return which series count increments and were made since: their first value is all growth."""
    ids = [each.id for each in series]
    begun = set(
        Latest.objects.filter(
            series_id__in=ids, accumulates=True, series__created_at__gte=first
        ).values_list("series_id", flat=True)
    )
    return np.array([number in begun for number in ids], bool)
