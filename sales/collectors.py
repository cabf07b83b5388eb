"""Business figures as metrics. Source: collectors BusinessMetrics and Revenue, service specification."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from django.conf import settings

from monitoring.collectors.samples import gauge, total
from monitoring.query.latest import latest_values
from monitoring.types import Sample
from sales.business.values import NoFigureError, whole_number
from sales.figures_from_samples import REVENUE, VENUES
from sales.figures_from_sql import revenue_totals
from sales.selectors import figures_told

logger = logging.getLogger(__name__)

_GAUGES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "venues_total": (VENUES, {"type": "total"}),
    "venues_active": (VENUES, {"type": "active"}),
    "events_last_30_days": ("business_events_last_30_days", {"period": "30d"}),
    "tickets_sold_24h": ("business_tickets_sold_24h", {"period": "24h"}),
}


def collect_business(at: datetime) -> list[Sample]:
    """Return the gauges of the figures that are known; of one that is not there is no sample."""
    told = figures_told(at=at)
    return [
        gauge(metric, value, at, labels)
        for name, (metric, labels) in _GAUGES.items()
        if (value := told[name].value) is not None
    ]


def collect_revenue(at: datetime) -> list[Sample]:
    """Return the totals of revenue by venue and type, where a query tells them.

    A total that fell since the last time is left out, because a counter that falls reads as a restart, and all of it
    would count as new revenue.
    """
    before = {
        (newest.series.labels.get("venue_id", ""), newest.series.labels.get("type", "")): newest
        for newest in latest_values(metrics=[REVENUE], service=settings.SERVICE_NAME)
    }
    samples = []
    for venue, kind, cents in _totals(revenue_totals(at=at)):
        known = before.get((venue, kind))
        if known is not None and cents < known.value:
            logger.error("revenue total fell", extra={"venue_id": venue, "type": kind})
            continue
        samples.append(total(REVENUE, cents, at, {"venue_id": venue, "type": kind}))
    return samples


def _totals(rows: Sequence[Sequence[object]]) -> Iterator[tuple[str, str, int]]:
    for row in rows:
        try:
            venue, kind, cents = row
            yield str(venue), str(kind), whole_number(cents)
        except (NoFigureError, ValueError) as error:
            logger.error("revenue total refused", extra={"reason": str(error)})  # noqa: TRY400 - the message says it all


COLLECTORS: dict[str, Callable[[datetime], list[Sample]]] = {
    "business": collect_business,
    "revenue": collect_revenue,
}
