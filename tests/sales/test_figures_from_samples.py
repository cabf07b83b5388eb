"""Figures by what services pushed: growth of counters, what is active, and what nobody can know."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as configured
from django.utils import timezone

from monitoring.models import Series
from monitoring.types import Temporality
from sales.business.figures import Answer
from sales.business.periods import starts_at
from sales.figures_from_samples import answers_from_samples
from tests.sales.selling import REVENUE, TICKETS, say, sell

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def noon() -> datetime:
    """Noon of today: a series is made when it is pushed, whatever the instants of its samples."""
    return timezone.now().astimezone(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def ask(at: datetime) -> dict[str, Answer]:
    return answers_from_samples(at=at, starts=starts_at(at, ZoneInfo("UTC")))


def values(at: datetime) -> dict[str, int | None]:
    return {name: answer.value for name, answer in ask(at).items()}


def test_without_sales_nothing_is_zero_and_everything_has_a_reason(noon: datetime) -> None:
    found = ask(noon)

    assert {answer.value for answer in found.values()} == {None}
    assert found["revenue_today"].problem == "nobody pushes revenue_total_cents"
    assert found["events_active"].problem == "nobody pushes tickets_sold_total"
    assert found["venues_active"].problem == (
        "nobody pushes tickets_sold_total or revenue_total_cents"
    )
    assert found["venues_total"].problem == "nobody pushes business_total_venues of type total"


def test_the_first_sale_of_a_new_event_counts(noon: datetime) -> None:
    sell(TICKETS, 5, noon - MINUTE, venue_id="v1", event_id="e1")

    assert values(noon)["tickets_sold_today"] == 5


def test_sales_of_all_series_are_added_and_yesterdays_are_not_todays(noon: datetime) -> None:
    sell(TICKETS, 100, noon - 13 * HOUR, venue_id="v1", event_id="e1")
    sell(TICKETS, 2, noon - 11 * HOUR, venue_id="v1", event_id="e1")
    sell(TICKETS, 3, noon - MINUTE, venue_id="v1", event_id="e1")
    sell(TICKETS, 4, noon - MINUTE, venue_id="v2", event_id="e2")

    found = values(noon)

    assert (found["tickets_sold_today"], found["tickets_sold_24h"]) == (9, 109)


def test_revenue_is_the_growth_of_all_its_kinds_in_cents(noon: datetime) -> None:
    for kind, cents in (("primary_sale", 5_000), ("resale", 700), ("fees", 30)):
        sell(REVENUE, cents, noon - MINUTE, venue_id="v1", type=kind)

    found = values(noon)

    assert found["revenue_today"] == 5_730
    assert found["revenue_month"] is not None
    assert found["revenue_month"] >= 5_730


def test_what_a_scraped_counter_stood_at_before_is_not_growth(noon: datetime) -> None:
    cumulative = Temporality.CUMULATIVE
    for minutes, total in ((30, 900), (20, 950), (10, 20)):  # restarted before the last one
        sell(REVENUE, total, noon - minutes * MINUTE, temporality=cumulative, type="resale")
    sell(REVENUE, 1_000, noon - 90 * MINUTE, temporality=cumulative, type="fees")
    sell(REVENUE, 1_007, noon - MINUTE, temporality=cumulative, type="fees")

    assert values(noon)["revenue_today"] == 7


def test_an_old_series_that_was_silent_is_not_counted_from_zero(noon: datetime) -> None:
    sell(TICKETS, 50, noon - MINUTE, event_id="e1")
    Series.objects.update(created_at=noon - 60 * DAY)

    assert values(noon)["tickets_sold_today"] == 0


def test_active_is_what_sold_within_30_days(noon: datetime) -> None:
    sell(TICKETS, 1, noon - HOUR, venue_id="v1", event_id="e1")
    sell(TICKETS, 1, noon - MINUTE, venue_id="v1", event_id="e2")
    sell(TICKETS, 0, noon - MINUTE, venue_id="v9", event_id="e9")
    sell(REVENUE, 5, noon - MINUTE, venue_id="v2", type="fees")
    sell(TICKETS, 1, noon - MINUTE, venue_id="v1")

    found = values(noon)

    assert (found["events_active"], found["venues_active"]) == (2, 2)


def test_what_this_service_wrote_itself_is_no_source(noon: datetime) -> None:
    own = configured.SERVICE_NAME
    sell(REVENUE, 5, noon - MINUTE, service=own, type="fees")
    say("business_total_venues", 9, noon - MINUTE, service=own, type="total")

    found = values(noon)

    assert (found["revenue_today"], found["venues_total"]) == (None, None)


def test_how_many_venues_there_are_must_be_said_by_somebody(noon: datetime) -> None:
    say("business_total_venues", 4, noon - MINUTE, service="venue-service", type="active")
    say("business_total_venues", 9, noon - MINUTE, service="venue-service", type="total")

    assert values(noon)["venues_total"] == 9


def test_a_count_of_venues_of_long_ago_is_not_that_of_now(noon: datetime) -> None:
    say("business_total_venues", 9, noon - HOUR, service="venue-service", type="total")

    assert values(noon)["venues_total"] is None


def test_nothing_sold_is_a_zero_while_a_seller_speaks(noon: datetime) -> None:
    sell(TICKETS, 5, noon - 13 * HOUR, event_id="e1")
    say("queue_depth", 1, noon - MINUTE, service="ticket-service")

    assert values(noon)["tickets_sold_today"] == 0


def test_nothing_sold_is_not_known_where_every_seller_is_silent(noon: datetime) -> None:
    sell(TICKETS, 5, noon - 13 * HOUR, event_id="e1")

    found = ask(noon)["tickets_sold_today"]

    assert (found.value, found.problem) == (None, "ticket-service pushed nothing in the last 1 h")


def test_many_series_are_read_in_parts(noon: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sales.figures_from_samples._SERIES_AT_ONCE", 2)
    for number in range(5):
        sell(TICKETS, number + 1, noon - MINUTE, event_id=f"e{number}")

    found = values(noon)

    assert (found["tickets_sold_today"], found["events_active"]) == (15, 5)
