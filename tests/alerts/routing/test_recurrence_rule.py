"""Which recurrence rules a window may have."""

import pytest

from alerts.routing.recurrence_rule import Frequency, RecurrenceRule, parse
from monitoring.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("FREQ=DAILY", "FREQ=DAILY"),
        ("RRULE:FREQ=WEEKLY;BYDAY=SU", "FREQ=WEEKLY;BYDAY=SU"),
        ("  freq=weekly;byday=mo,tu ", "FREQ=WEEKLY;BYDAY=MO,TU"),
        ("BYDAY=SU;FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU"),
        ("FREQ=MONTHLY;BYDAY=-1FR;COUNT=3", "FREQ=MONTHLY;COUNT=3;BYDAY=-1FR"),
        ("FREQ=DAILY;INTERVAL=1", "FREQ=DAILY"),
        ("FREQ=DAILY;INTERVAL=100;COUNT=1000", "FREQ=DAILY;INTERVAL=100;COUNT=1000"),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24", "FREQ=YEARLY;BYMONTHDAY=24;BYMONTH=12"),
    ],
)
def test_rules_of_days_are_read_and_written(text: str, written: str) -> None:
    assert str(parse(text)) == written
    assert parse(written) == parse(text)


def test_what_is_read() -> None:
    rule = parse("FREQ=WEEKLY;BYDAY=SU;COUNT=4")

    assert rule == RecurrenceRule(Frequency.WEEKLY, 1, 4, (("BYDAY", "SU"),))


@pytest.mark.parametrize("frequency", ["SECONDLY", "MINUTELY", "HOURLY"])
def test_nothing_finer_than_a_day(frequency: str) -> None:
    with pytest.raises(InvalidInputError, match="DAILY, WEEKLY, MONTHLY, YEARLY"):
        parse(f"FREQ={frequency}")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is no part of a rule"),
        ("every sunday", "is no part of a rule"),
        ("FREQ=DAILY;", "is no part of a rule"),
        ("FREQ=DAILY\nEXDATE:20250101T000000", "is no part of a rule"),
        ("BYDAY=SU", "FREQ must be one of"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ is given twice"),
        ("FREQ=DAILY;BYHOUR=3", "BYHOUR cannot be used: the time of day"),
        ("FREQ=DAILY;BYMINUTE=3", "BYMINUTE cannot be used"),
        ("FREQ=DAILY;BYSECOND=3", "BYSECOND cannot be used"),
        ("FREQ=DAILY;UNTIL=20250101T000000Z", "UNTIL cannot be used: the window has a time"),
        ("FREQ=DAILY;DTSTART=20250101T000000Z", "DTSTART cannot be used"),
        ("FREQ=YEARLY;BYEASTER=0", "BYEASTER is no part"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL must be a whole number from 1 to 100"),
        ("FREQ=DAILY;INTERVAL=101", "INTERVAL must be"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL must be"),
        ("FREQ=DAILY;INTERVAL=A", "INTERVAL must be"),
        ("FREQ=DAILY;COUNT=0", "COUNT must be a whole number from 1 to 1000"),
        ("FREQ=DAILY;COUNT=1001", "COUNT must be"),
    ],
)
def test_what_cannot_be_used_is_named(text: str, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem):
        parse(text)
