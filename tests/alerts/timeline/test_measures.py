"""MTTA and MTTR."""

from datetime import datetime, timedelta

from alerts.timeline.measures import (
    Course,
    Spread,
    measures_of,
    time_to_acknowledge,
    time_to_resolve,
)
from tests.alerts.factories import NOON


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def course(acted: float | None = None, resolved: float | None = None) -> Course:
    def instant(after: float | None) -> datetime | None:
        return None if after is None else NOON + minutes(after)

    return Course(NOON, instant(acted), instant(resolved))


def test_both_spans_run_from_the_detection() -> None:
    taken = course(acted=3, resolved=40)

    assert (time_to_acknowledge(taken), time_to_resolve(taken)) == (minutes(3), minutes(40))


def test_what_has_not_happened_has_no_length() -> None:
    assert (time_to_acknowledge(course()), time_to_resolve(course())) == (None, None)


def test_what_was_done_before_the_detection_counts_as_at_once() -> None:
    assert time_to_acknowledge(course(acted=-5)) == timedelta(0)


def test_the_mean_leaves_out_what_is_not_known_and_the_median_withstands_one_long_night() -> None:
    measures = measures_of(
        [course(1, 10), course(2, 20), course(600, 900), course(None, 30), course(3)]
    )

    assert measures.incidents == 5
    assert measures.acknowledge == Spread(4, minutes(606 / 4), minutes(2.5))
    assert measures.resolve == Spread(4, minutes(240), minutes(25))


def test_a_period_without_incidents_has_no_means() -> None:
    measures = measures_of([])

    assert (measures.incidents, measures.acknowledge) == (0, Spread(0, None, None))
