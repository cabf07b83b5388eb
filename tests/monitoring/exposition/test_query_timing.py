"""Queries are timed under the verb and the table of a model, nothing else makes a series."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.utils import ProgrammingError

from monitoring.exposition import query_timing
from monitoring.exposition.accumulator import Accumulator
from monitoring.exposition.query_timing import labels_of
from monitoring.models import Latest, Series


@pytest.mark.parametrize(
    ("sql", "operation", "table"),
    [
        ('SELECT "series"."id" FROM "series" WHERE 1=1', "select", "series"),
        ("select count(*) from series", "select", "series"),
        ('INSERT INTO "metric_names" ("name") VALUES (%s)', "insert", "metric_names"),
        ('UPDATE "latest" SET "value" = %s', "update", "latest"),
        ('UPDATE ONLY "latest" SET "value" = %s', "update", "latest"),
        ('\n  DELETE FROM "series" WHERE id = 1', "delete", "series"),
        ("SELECT now()", "select", "other"),
        ("SELECT 1 FROM pg_class", "select", "other"),
        ("SELECT * FROM (SELECT 1) AS s", "select", "other"),
        ("SAVEPOINT s1", "other", "other"),
        ("selection FROM series", "other", "other"),
        ("WITH s AS (SELECT 1) SELECT * FROM series", "other", "other"),
        ("", "other", "other"),
    ],
)
def test_labels_are_read_from_the_statement(sql: str, operation: str, table: str) -> None:
    assert labels_of(sql) == {"operation": operation, "table": table}


@pytest.mark.django_db
def test_queries_of_models_are_observed(gathered: Accumulator) -> None:
    query_timing.install()

    Series.objects.count()
    list(Latest.objects.all())

    tables = {dict(labels)["table"] for _, labels in gathered.take().distributions}
    assert tables == {"series", "latest"}


@pytest.mark.django_db
def test_a_query_that_fails_is_observed_too(gathered: Accumulator) -> None:
    query_timing.install()

    with connection.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute("SELECT no_such_column FROM series")

    ((_, distribution),) = gathered.take().distributions.items()
    assert sum(distribution.counts) == 1


@pytest.mark.django_db
def test_installing_twice_observes_once(gathered: Accumulator) -> None:
    query_timing.install()
    query_timing.install()

    Series.objects.count()

    ((_, distribution),) = gathered.take().distributions.items()
    assert sum(distribution.counts) == 1


@pytest.mark.django_db
def test_a_wrapper_around_a_block_takes_only_itself_off(gathered: Accumulator) -> None:
    def other(execute: Callable[..., Any], *arguments: Any) -> Any:
        return execute(*arguments)

    connection.execute_wrappers.clear()
    with connection.execute_wrapper(other):
        query_timing.install()

    assert connection.execute_wrappers == [query_timing.time_query]
