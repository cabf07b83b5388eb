"""One round of business figures: rows that are written, kept, outdated and removed."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from sales.models import BusinessFigure
from sales.services import measure_business
from tests.sales.factories import BusinessFigureFactory
from tests.sales.selling import TICKETS, sell

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
COUNT = "SELECT count(*) FROM venues"


def row(name: str, source: str = "sql") -> BusinessFigure:
    return BusinessFigure.objects.get(name=name, source=source)


def test_every_source_has_its_row(platform: psycopg.Connection, settings: Settings) -> None:
    settings.BUSINESS_SQL = {"venues_total": COUNT}
    platform.execute("INSERT INTO venues VALUES ('v1', 'active')")

    measure_business(at=NOON)

    assert (row("venues_total").value, row("venues_total").measured_at) == (1, NOON)
    assert row("venues_total", "samples").value is None
    assert row("venues_total", "samples").problem.startswith("nobody pushes")


def test_a_repeat_writes_the_same_rows(platform: psycopg.Connection, settings: Settings) -> None:
    settings.BUSINESS_SQL = {"venues_total": COUNT}

    first = [(one.pk, str(one)) for one in measure_business(at=NOON)]

    assert [(one.pk, str(one)) for one in measure_business(at=NOON)] == first


def test_a_source_that_fails_keeps_its_last_value_which_grows_old(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = {"venues_total": COUNT}
    measure_business(at=NOON)
    settings.BUSINESS_SQL = {"venues_total": "SELECT count(*) FROM places"}

    measure_business(at=NOON + MINUTE)

    kept = row("venues_total")
    assert (kept.value, kept.measured_at) == (0, NOON)
    assert kept.problem == "the query failed: UndefinedTable"


def test_a_source_that_never_answered_has_a_reason_and_no_value(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = {"venues_total": "SELECT count(*) FROM places"}

    for minutes in (0, 1):
        measure_business(at=NOON + minutes * MINUTE)

    assert row("venues_total").value is None
    assert row("venues_total").measured_at == NOON + MINUTE


def test_a_source_that_answers_again_has_no_problem_any_more(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = {"venues_total": "SELECT count(*) FROM places"}
    measure_business(at=NOON)
    settings.BUSINESS_SQL = {"venues_total": COUNT}

    measure_business(at=NOON + MINUTE)

    assert (row("venues_total").value, row("venues_total").problem) == (0, "")


def test_what_nobody_is_asked_for_any_more_is_removed(
    platform: psycopg.Connection, settings: Settings
) -> None:
    settings.BUSINESS_SQL = {"venues_total": COUNT}
    measure_business(at=NOON)
    settings.BUSINESS_SQL = {}

    measure_business(at=NOON)

    assert not BusinessFigure.objects.filter(source="sql").exists()
    assert BusinessFigure.objects.filter(source="samples").exists()


def test_sales_that_were_pushed_are_a_source() -> None:
    sell(TICKETS, 5, NOON - MINUTE, event_id="e1")

    measure_business(at=NOON)

    assert row("tickets_sold_today", "samples").value == 5
    assert str(row("tickets_sold_today", "samples")) == "tickets_sold_today by samples: 5"


def test_a_missing_value_without_a_reason_cannot_be_stored() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BusinessFigureFactory.create(value=None)
