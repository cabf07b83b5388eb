"""Somebody else's database is read with one bounded SELECT at a time, and can only be read."""

from datetime import timedelta

import psycopg
import pytest

from config.embedded.ports import choose_port
from monitoring.backends.postgresql.read_only import QueryFailedError, read_only
from monitoring.errors import DatabaseUnavailableError

pytestmark = pytest.mark.django_db
TIMEOUT = timedelta(seconds=5)
VENUES = "INSERT INTO venues VALUES ('v1', 'active'), ('v2', 'closed'), ('v3', 'active')"


def ask(url: str, query: str, *, most: int = 10, timeout: timedelta = TIMEOUT) -> list[object]:
    with read_only(url, timeout=timeout, application="tests") as database:
        return list(database.rows(query, {"status": "active"}, most=most))


def count(platform: psycopg.Connection) -> int:
    row = platform.execute("SELECT count(*) FROM venues").fetchone()
    assert row is not None
    return int(row[0])


def test_a_select_answers_with_its_rows(platform: psycopg.Connection, platform_url: str) -> None:
    platform.execute(VENUES)
    query = "SELECT venue_id FROM venues WHERE status = %(status)s ORDER BY 1;\n"

    assert ask(platform_url, query) == [("v1",), ("v3",)]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM venues",
        "DELETE FROM venues RETURNING venue_id",
        "SELECT 1) AS one; DELETE FROM venues; SELECT * FROM (SELECT 1",
        "SELECT 1) AS one; COMMIT; BEGIN READ WRITE; DELETE FROM venues; SELECT * FROM (SELECT 1",
        "SELECT venue_id FROM venues FOR UPDATE",
        "WITH gone AS (DELETE FROM venues RETURNING 1) SELECT * FROM gone",
        "SELECT setval('none', 1)",
        "SELECT lo_create(0)",
        "TRUNCATE venues",
    ],
)
def test_nothing_that_writes_is_let_through(
    platform: psycopg.Connection, platform_url: str, query: str
) -> None:
    platform.execute(VENUES)

    with pytest.raises(QueryFailedError):
        ask(platform_url, query)

    assert count(platform) == 3


def test_more_rows_than_allowed_are_refused(
    platform: psycopg.Connection, platform_url: str
) -> None:
    platform.execute(VENUES)

    assert len(ask(platform_url, "SELECT venue_id FROM venues", most=3)) == 3
    with pytest.raises(QueryFailedError, match="more than 2 rows"):
        ask(platform_url, "SELECT venue_id FROM venues", most=2)


def test_a_query_that_takes_too_long_is_ended_by_the_server(
    platform: psycopg.Connection, platform_url: str
) -> None:
    with pytest.raises(QueryFailedError, match="QueryCanceled"):
        ask(platform_url, "SELECT pg_sleep(20)", timeout=timedelta(milliseconds=50))


def test_a_query_that_fails_does_not_spoil_the_next(
    platform: psycopg.Connection, platform_url: str
) -> None:
    with read_only(platform_url, timeout=TIMEOUT, application="tests") as database:
        with pytest.raises(QueryFailedError, match="UndefinedTable"):
            database.rows("SELECT * FROM nothing", {}, most=1)

        assert database.rows("SELECT 7", {}, most=1) == [(7,)]


def test_an_error_tells_its_kind_and_never_the_data(
    platform: psycopg.Connection, platform_url: str
) -> None:
    platform.execute("INSERT INTO venues VALUES ('s3cret', 'active')")

    with pytest.raises(QueryFailedError) as raised:
        ask(platform_url, "SELECT venue_id::int FROM venues")

    assert raised.value.message == "the query failed: InvalidTextRepresentation"


def test_a_connection_that_breaks_is_the_database_being_away(
    platform: psycopg.Connection, platform_url: str
) -> None:
    with read_only(platform_url, timeout=TIMEOUT, application="doomed") as database:
        platform.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'doomed'"
        )

        with pytest.raises(DatabaseUnavailableError, match="broke the connection"):
            database.rows("SELECT 1", {}, most=1)


@pytest.mark.parametrize(
    "url", ["postgresql://reader:s3cret@127.0.0.1:{port}/x", "nonsense {port}"]
)
def test_a_database_that_is_away_is_told_without_its_address(url: str) -> None:
    with pytest.raises(DatabaseUnavailableError) as raised:
        ask(url.format(port=choose_port(None)), "SELECT 1")

    assert raised.value.message == "the database does not answer"
