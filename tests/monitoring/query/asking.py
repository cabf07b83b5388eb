"""Questions by step about one metric."""

from datetime import UTC, datetime, timedelta

from monitoring.query.aggregation import Answer, Question, aggregate
from monitoring.query.resolution import aggregation_of
from monitoring.query.series import matching_series
from monitoring.storage.instants import to_ms

MIDNIGHT = datetime(2025, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
METRIC = "queue_depth"


def ask(
    step: timedelta,
    aggregation: str = "avg",
    *,
    start: datetime = MIDNIGHT,
    end: datetime = MIDNIGHT + 60 * HOUR,
    group_by: tuple[str, ...] | None = None,
    across: str | None = None,
) -> Answer:
    """Return the answer for all series of the metric, of the first sixty hours unless said."""
    return aggregate(
        matching_series(metric=METRIC),
        start_ms=to_ms(start),
        end_ms=to_ms(end),
        question=Question(
            step // timedelta(milliseconds=1),
            aggregation_of(aggregation),
            group_by,
            None if across is None else aggregation_of(across),
        ),
    )
