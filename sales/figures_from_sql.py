"""Business figures out of the platform's own database, with the operator's queries; it is only ever read."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from django.conf import settings

from monitoring.backends.postgresql.read_only import (
    QueryFailedError,
    ReadOnlyConnection,
    read_only,
)
from monitoring.errors import DatabaseUnavailableError
from sales.business.figures import FIGURES, REVENUE_TOTALS, Answer, Figure, Source
from sales.business.periods import Period
from sales.business.values import NoFigureError, figure_of


def answers_from_sql(*, at: datetime, starts: Mapping[Period, datetime]) -> dict[str, Answer]:
    """Return what the database says about each figure that has a query; none without a database.

    A query gets `%(start)s`, the begin of the figure's period, and `%(end)s`, which is `at`. One that fails is an
    answer without a value; so are all while the database is away.
    """
    asked = [figure for figure in FIGURES if figure.name in settings.BUSINESS_SQL]
    if not settings.BUSINESS_DATABASE_URL or not asked:
        return {}
    problem = ""
    answers: dict[str, Answer] = {}
    try:
        with _database() as database:
            for figure in asked:
                answers[figure.name] = _ask(database, figure, at=at, since=starts[figure.period])
    except DatabaseUnavailableError as error:
        problem = error.message
    for figure in asked:  # the rest, where the connection broke halfway
        answers.setdefault(
            figure.name, Answer(Source.SQL, None, at, starts[figure.period], problem)
        )
    return answers


def revenue_totals(*, at: datetime) -> Sequence[tuple[Any, ...]]:
    """Return the rows of REVENUE_TOTALS, none where it is not configured.

    Raises QueryFailedError, or DatabaseUnavailableError while the database is away.
    """
    query = settings.BUSINESS_SQL.get(REVENUE_TOTALS)
    if not settings.BUSINESS_DATABASE_URL or query is None:
        return ()
    with _database() as database:
        return database.rows(query, {"end": at}, most=settings.BUSINESS_MAX_ROWS)


def _ask(database: ReadOnlyConnection, figure: Figure, *, at: datetime, since: datetime) -> Answer:
    query = settings.BUSINESS_SQL[figure.name]
    try:
        value = figure_of(database.rows(query, {"start": since, "end": at}, most=1))
    except (QueryFailedError, NoFigureError) as error:
        return Answer(Source.SQL, None, at, since, str(error))
    return Answer(Source.SQL, value, at, since)


def _database() -> AbstractContextManager[ReadOnlyConnection]:
    return read_only(
        settings.BUSINESS_DATABASE_URL,
        timeout=settings.BUSINESS_QUERY_TIMEOUT,
        application=f"{settings.SERVICE_NAME} business figures",
    )
