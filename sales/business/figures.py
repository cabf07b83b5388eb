"""The business figures, and which of several answers one of them is told with. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sales.business.periods import Period


class Source(StrEnum):
    """Where an answer comes from; the first is believed before the second."""

    SQL = "sql"
    SAMPLES = "samples"


@dataclass(frozen=True, slots=True)
class Figure:
    """One number: its name in the file of queries, its place in the answer, what it counts and since when.

    `path` is empty for a figure that only a metric tells.
    """

    name: str
    unit: str
    period: Period
    path: str = ""


# Source: endpoint 22 and "Business Metrics", service specification.
FIGURES = (
    Figure("revenue_today", "cents", Period.TODAY, "revenue.today"),
    Figure("revenue_week", "cents", Period.WEEK, "revenue.week"),
    Figure("revenue_month", "cents", Period.MONTH, "revenue.month"),
    Figure("tickets_sold_today", "tickets", Period.TODAY, "tickets.sold_today"),
    Figure("events_active", "events", Period.LAST_30_DAYS, "tickets.active_events"),
    Figure("venues_active", "venues", Period.LAST_30_DAYS, "venues.active"),
    Figure("venues_total", "venues", Period.NOW, "venues.total"),
    Figure("events_last_30_days", "events", Period.LAST_30_DAYS),
    Figure("tickets_sold_24h", "tickets", Period.LAST_24_HOURS),
)
# The query of the metric revenue_total_cents: rows of venue, type and cents since ever.
REVENUE_TOTALS = "revenue_totals"
QUERY_NAMES = frozenset({REVENUE_TOTALS, *(figure.name for figure in FIGURES)})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a source said about a figure when it was asked last.

    `value` is None where it could not say, and `problem` is why. `since` is when the period began that the value is
    for.
    """

    source: Source
    value: int | None
    measured_at: datetime
    since: datetime
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a figure: a value with its source and age, or None with the reason; never a made-up zero."""

    value: int | None
    source: Source | None = None
    measured_at: datetime | None = None
    reason: str = ""


def told(
    figure: Figure,
    answers: Mapping[Source, Answer],
    *,
    at: datetime,
    starts: Mapping[Period, datetime],
    stale_after: timedelta,
) -> Told:
    """Return the first good answer in the order of sources, else the reasons why there is none.

    An answer that is too old says nothing about now, and one for another day, week or month nothing about this.
    """
    reasons = []
    for source in Source:
        answer = answers.get(source)
        if answer is None:
            continue
        reason = _objection(figure, answer, at=at, starts=starts, stale_after=stale_after)
        if not reason:
            return Told(answer.value, source, answer.measured_at)
        reasons.append(f"{source}: {reason}")
    return Told(None, reason="; ".join(reasons) or "no source has been asked yet")


def _objection(
    figure: Figure,
    answer: Answer,
    *,
    at: datetime,
    starts: Mapping[Period, datetime],
    stale_after: timedelta,
) -> str:
    if answer.value is None:
        return answer.problem or "it did not say"
    age = at - answer.measured_at
    if age > stale_after:
        return f"its last answer is {age.total_seconds():.0f} s old"
    if figure.period in _CALENDAR and answer.since < starts[figure.period]:
        return "its last answer is for the period before"
    return ""


_CALENDAR = frozenset({Period.TODAY, Period.WEEK, Period.MONTH})
