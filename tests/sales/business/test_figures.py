"""Which answer a figure is told with, and why one is missing: never a made-up zero."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sales.business.figures import FIGURES, QUERY_NAMES, Answer, Source, Told, told
from sales.business.periods import starts_at

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
STARTS = starts_at(NOON, ZoneInfo("UTC"))
STALE = timedelta(minutes=15)
FIGURE = {figure.name: figure for figure in FIGURES}


def answer(
    value: int | None = 7,
    *,
    source: Source = Source.SQL,
    at: datetime = NOON,
    since: datetime | None = None,
    problem: str = "",
) -> Answer:
    return Answer(
        source,
        value,
        at,
        STARTS[FIGURE["revenue_today"].period] if since is None else since,
        problem,
    )


def tell(*answers: Answer, name: str = "revenue_today", at: datetime = NOON) -> Told:
    by_source = {each.source: each for each in answers}
    return told(
        FIGURE[name], by_source, at=at, starts=starts_at(at, ZoneInfo("UTC")), stale_after=STALE
    )


def test_sql_is_believed_before_samples() -> None:
    found = tell(answer(5, source=Source.SAMPLES), answer(9, source=Source.SQL))

    assert (found.value, found.source, found.measured_at) == (9, Source.SQL, NOON)


def test_samples_step_in_where_sql_could_not_say() -> None:
    found = tell(answer(5, source=Source.SAMPLES), answer(None, problem="away"))

    assert (found.value, found.source, found.reason) == (5, Source.SAMPLES, "")


def test_a_zero_that_was_measured_is_a_zero() -> None:
    assert tell(answer(0)).value == 0


def test_without_a_source_the_figure_is_missing_with_the_reason() -> None:
    assert tell() == Told(None, reason="no source has been asked yet")


def test_every_source_gives_its_reason() -> None:
    found = tell(
        answer(None, problem="away"), answer(None, source=Source.SAMPLES, problem="silent")
    )

    assert found == Told(None, reason="sql: away; samples: silent")


def test_an_answer_without_value_and_reason_still_says_something() -> None:
    assert tell(answer(None)).reason == "sql: it did not say"


@pytest.mark.parametrize(("age", "is_told"), [(STALE, True), (STALE + timedelta(seconds=1), False)])
def test_an_answer_that_is_too_old_says_nothing(age: timedelta, *, is_told: bool) -> None:
    assert (tell(answer(at=NOON - age)).value is not None) is is_told


def test_an_old_answer_says_how_old_it_is() -> None:
    assert tell(answer(at=NOON - timedelta(hours=1))).reason == "sql: its last answer is 3600 s old"


def test_yesterdays_sales_are_not_todays() -> None:
    midnight = datetime(2026, 3, 5, 0, 1, tzinfo=UTC)

    found = tell(answer(at=midnight - timedelta(minutes=2)), at=midnight)

    assert found == Told(None, reason="sql: its last answer is for the period before")


def test_a_count_of_the_last_days_may_begin_a_day_early() -> None:
    midnight = datetime(2026, 3, 5, 0, 1, tzinfo=UTC)
    early = answer(at=midnight - timedelta(minutes=2), since=NOON - timedelta(days=30))

    assert tell(early, name="venues_active", at=midnight).value == 7


def test_the_figures_of_the_specification_are_there() -> None:
    assert [figure.path for figure in FIGURES if figure.path] == [
        "revenue.today",
        "revenue.week",
        "revenue.month",
        "tickets.sold_today",
        "tickets.active_events",
        "venues.active",
        "venues.total",
    ]
    assert len({figure.name for figure in FIGURES}) == len(FIGURES) == len(QUERY_NAMES) - 1
