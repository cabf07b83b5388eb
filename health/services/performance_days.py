"""Closed days of request performance: added up once, when no part comes for them any more."""

from datetime import datetime, timedelta

from django.db import transaction

from health.models import HealthCursor, PerformanceDay, PerformanceRollup
from health.performance.parts import span_start
from health.selectors_performance import DAYS_CURSOR, totals_of_parts
from health.services.performance import DAY

# A measured request may come a day late, and the harvest of a histogram a day later still.
CLOSES_AFTER = timedelta(days=2)


def close_days(*, at: datetime, most_days: int = 60) -> int:
    """Add up each day that ended two days before `at`, at most so many; return how many days.

    The parts stay: spans that are no whole days are told from them. Two at once close each day once.
    """
    closed = 0
    while closed < most_days and _close_next(at):
        closed += 1
    return closed


@transaction.atomic
def _close_next(at: datetime) -> bool:
    first = PerformanceRollup.objects.order_by("starts_at").values_list("starts_at", flat=True)
    oldest = first.first()
    if oldest is None:
        return False
    HealthCursor.objects.get_or_create(name=DAYS_CURSOR, defaults={"at": span_start(oldest, DAY)})
    cursor = HealthCursor.objects.select_for_update().get(name=DAYS_CURSOR)
    day = cursor.at
    if day + DAY + CLOSES_AFTER > at:
        return False
    PerformanceDay.objects.filter(starts_at=day).delete()  # a day that was opened again
    PerformanceDay.objects.bulk_create(
        [
            PerformanceDay(
                service_name=totals.service_name,
                endpoint=totals.endpoint,
                method=totals.method,
                starts_at=day,
                requests=totals.requests,
                server_errors=totals.failed,
                satisfied=totals.satisfied,
                tolerating=totals.tolerating,
                total_ms=totals.total_ms,
                slowest_ms=totals.slowest_ms,
                latency=totals.latency.to_json(),
            )
            for totals in totals_of_parts(day, day + DAY)
        ],
        batch_size=1_000,
    )
    cursor.at = day + DAY
    cursor.save(update_fields=["at"])
    return True
