"""Values in a query string, read strictly: what is not understood is refused, never guessed."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from monitoring.errors import InvalidInputError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"[0-9]{1,15}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})", re.ASCII
)
_FIRST_LIKELY_MS = 100_000_000_000  # March 1973: a smaller number is almost certainly in seconds
_EXPECTED = "must be an instant such as 2025-01-12T10:30:00Z, a date, or milliseconds since 1970"


def instant_of(
    query_params: Mapping[str, str], name: str, default: datetime | None
) -> datetime | None:
    """Return the instant a parameter names, in UTC; `default` where it is not given.

    ISO 8601 with its offset, a date (midnight UTC), or epoch milliseconds. Raises InvalidInputError: also for a time
    without an offset, which means another instant on every computer, and for a number that must be seconds.
    """
    raw = query_params.get(name)
    if raw is None:
        return default
    try:
        return _parsed(raw)
    except (ValueError, OverflowError) as error:
        message = f"{name} {error if str(error).startswith('must') else _EXPECTED}"
        raise InvalidInputError(message, details={name: [message]}) from None


def span_of(
    query_params: Mapping[str, str],
    *,
    until: datetime,
    length: timedelta,
    names: tuple[str, str] = ("start", "end"),
) -> tuple[datetime, datetime]:
    """Return from when to before when is asked for: the `length` before the end, and that is `until`, unless said.

    Raises InvalidInputError naming the parameter: as instant_of does, and for a span that is empty.
    """
    first, last = names
    end = instant_of(query_params, last, until) or until
    start = instant_of(query_params, first, None) or before(end, length, last)
    if not start < end:
        message = f"{first} must lie before {last}"
        raise InvalidInputError(message, details={first: [message]})
    return start, end


def before(end: datetime, length: timedelta, name: str) -> datetime:
    """Return the instant `length` before `end`.

    Raises InvalidInputError naming the parameter that gave the end where the calendar does not reach so far back.
    """
    try:
        return end - length
    except OverflowError:
        message = f"{name} lies too early"
        raise InvalidInputError(message, details={name: [message]}) from None


def _parsed(raw: str) -> datetime:
    if _DIGITS.fullmatch(raw):
        return _from_milliseconds(int(raw))
    if _DATE.fullmatch(raw):
        return datetime.combine(date.fromisoformat(raw), time(), tzinfo=UTC)
    if _INSTANT.fullmatch(raw):
        return datetime.fromisoformat(raw.upper().replace(",", ".")).astimezone(UTC)
    if re.search(r"T[\d:.]+ \d{2}:?\d{2}$", raw, re.ASCII):
        raise ValueError("must have its + written as %2B in a URL")
    raise ValueError(_EXPECTED)


def _from_milliseconds(milliseconds: int) -> datetime:
    if 0 < milliseconds < _FIRST_LIKELY_MS:
        raise ValueError("must be in milliseconds; this number looks like seconds")
    return _EPOCH + timedelta(milliseconds=milliseconds)
