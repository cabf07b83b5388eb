"""Shifts as bars over weeks."""

from datetime import timedelta

from alerts.oncall.calendar import WIDTH, Bar, bars
from tests.alerts.factories import NOON

DAY = timedelta(days=1)


def test_who_is_on_call_over_the_end_of_a_week_has_a_bar_in_both_rows() -> None:
    spans = [
        ("ana", NOON - DAY, NOON + 6 * DAY, False),
        ("bo", NOON + 6 * DAY, NOON + 8 * DAY, True),
        ("ana", NOON + 8 * DAY, NOON + 14 * DAY, False),
    ]

    assert bars(spans, start=NOON, weeks=2) == [
        [Bar("ana", 0, 600, False, 0), Bar("bo", 600, 100, True, 1)],
        [Bar("bo", 0, 100, True, 1), Bar("ana", 100, 600, False, 0)],
    ]


def test_a_whole_week_fills_its_row_and_touches_no_other() -> None:
    spans = [("ana", NOON, NOON + 7 * DAY, False), ("bo", NOON + 7 * DAY, NOON + 14 * DAY, False)]

    first, second, third = bars(spans, start=NOON, weeks=3)

    assert [(bar.person, bar.width) for bar in (*first, *second)] == [("ana", WIDTH), ("bo", WIDTH)]
    assert third == []
