"""What a date in UTC has: its hour, its weekday, its month."""

from collections.abc import Callable

import numpy as np

from monitoring.promql.model import Floats, Integers

_DAY_SECONDS = 86_400
_LARGEST_SECONDS = 1e15  # a year of eight digits: far beyond, no calendar helps


def of_seconds(part: Callable[[Integers], Integers], seconds: Floats) -> Floats:
    """Return a part of the dates that lie so many seconds after 1970; NaN where that is no date."""
    is_date = np.abs(seconds) < _LARGEST_SECONDS  # False for NaN
    whole = np.where(is_date, seconds, 0.0).astype(np.int64)  # towards zero, as Go does
    return np.where(is_date, part(whole).astype(np.float64), np.nan)


def _days(seconds: Integers) -> Integers:
    return seconds // _DAY_SECONDS


def _months(seconds: Integers) -> Integers:
    days = _days(seconds).astype("datetime64[D]")
    return days.astype("datetime64[M]").astype(np.int64)


def _first_day(months: Integers) -> Integers:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _first_day_of_year(seconds: Integers) -> Integers:
    return _first_day(_months(seconds) // 12 * 12)


PARTS: dict[str, Callable[[Integers], Integers]] = {
    "day_of_month": lambda seconds: _days(seconds) - _first_day(_months(seconds)) + 1,
    "day_of_week": lambda seconds: (_days(seconds) + 4) % 7,  # 1970 began on a Thursday
    "day_of_year": lambda seconds: _days(seconds) - _first_day_of_year(seconds) + 1,
    "days_in_month": lambda seconds: (
        _first_day(_months(seconds) + 1) - _first_day(_months(seconds))
    ),
    "hour": lambda seconds: seconds % _DAY_SECONDS // 3_600,
    "minute": lambda seconds: seconds % 3_600 // 60,
    "month": lambda seconds: _months(seconds) % 12 + 1,
    "year": lambda seconds: _months(seconds) // 12 + 1970,
}
