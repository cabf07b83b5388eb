"""What makes the number of series: the largest metrics, services, clients and labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from monitoring.models import Series

_RECENT = timedelta(hours=1)
_TIMEOUT = "10s"
_BY_COLUMN = """
SELECT {column}, count(*), count(*) FILTER (WHERE created_at > %s)
FROM series GROUP BY {column} ORDER BY count(*) DESC, {column} LIMIT %s
"""
_BY_LABEL = """
SELECT label.key, count(DISTINCT label.value), count(*)
FROM series, jsonb_each_text(series.labels) AS label
GROUP BY label.key ORDER BY count(DISTINCT label.value) DESC, label.key LIMIT %s
"""
_BY_METRIC_AND_LABEL = """
SELECT series.metric, label.key, count(DISTINCT label.value), min(label.value)
FROM series, jsonb_each_text(series.labels) AS label
GROUP BY series.metric, label.key
ORDER BY count(DISTINCT label.value) DESC, series.metric, label.key LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Share:
    """How many series one metric, service or client has, and how many of them are new in the last hour."""

    name: str
    series: int
    new: int


@dataclass(frozen=True, slots=True)
class LabelShare:
    """How many values a label has, over how many series."""

    label_name: str
    values: int
    series: int


@dataclass(frozen=True, slots=True)
class Explosion:
    """A label of a metric with its number of values, and one of them: the first place to look."""

    metric: str
    label_name: str
    values: int
    example: str


@dataclass(frozen=True, slots=True)
class CardinalityReport:
    """The largest of everything, largest first."""

    total: int
    limits: dict[str, int]
    metrics: Sequence[Share]
    services: Sequence[Share]
    clients: Sequence[Share]
    labels: Sequence[LabelShare]
    explosions: Sequence[Explosion]


def cardinality_report(*, at: datetime, top: int) -> CardinalityReport:
    """Return the report as of now, `top` entries in each list.

    It reads the whole catalogue: about a second for 200,000 series.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{_TIMEOUT}'")
        return CardinalityReport(
            total=Series.objects.count(),
            limits=limits(),
            metrics=_shares(cursor, "metric", at, top),
            services=_shares(cursor, "service", at, top),
            clients=_shares(cursor, "client", at, top),
            labels=[LabelShare(*row) for row in _rows(cursor, _BY_LABEL, top)],
            explosions=[Explosion(*row) for row in _rows(cursor, _BY_METRIC_AND_LABEL, top)],
        )


def limits() -> dict[str, int]:
    """Return the limits of new series by what they count for."""
    return {
        "total": settings.MAX_SERIES_TOTAL,
        "service": settings.MAX_SERIES_PER_SERVICE,
        "client": settings.MAX_SERIES_PER_CLIENT,
        "minute": settings.MAX_NEW_SERIES_PER_MINUTE,
    }


def _shares(cursor: Any, column: str, at: datetime, top: int) -> list[Share]:
    # The column is one of ours, never a client's.
    cursor.execute(_BY_COLUMN.format(column=column), [at - _RECENT, top])
    return [Share(*row) for row in cursor.fetchall()]


def _rows(cursor: Any, query: str, top: int) -> list[tuple[Any, ...]]:
    cursor.execute(query, [top])
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
