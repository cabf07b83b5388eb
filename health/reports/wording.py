"""How reports write numbers and times: the same in HTML, PDF and mail; pure."""

from datetime import datetime
from decimal import Decimal

UNKNOWN = "—"
"""Nothing was measured; never a zero."""
_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"))


def percent(share: str | Decimal | None) -> str:
    """Return a percentage with all its digits, two at least, such as `99.953704 %`.

    It is never rounded for looks: 99.9999 % that reads 100 % would hide a downtime.
    """
    if share is None:
        return UNKNOWN
    whole, _, rest = f"{Decimal(share):f}".partition(".")
    return f"{whole}.{rest.rstrip('0').ljust(2, '0')} %"


def duration(milliseconds: int) -> str:
    """Return a span exactly, such as `1 h 3 min 20.5 s`."""
    sign, left, parts = "-" if milliseconds < 0 else "", abs(milliseconds), []
    for size, unit in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    if left or not parts:
        parts.append(f"{Decimal(left) / 1_000:f} s")
    return sign + " ".join(parts)


def latency(milliseconds: float | None) -> str:
    """Return a time of an answer to three digits at most below a thousand, such as `8.4 ms` or `1,240 ms`."""
    if milliseconds is None:
        return UNKNOWN
    return f"{milliseconds:,.1f} ms" if milliseconds < 10 else f"{milliseconds:,.0f} ms"


def count(number: int | None) -> str:
    """Return a number with commas, such as `1,234,567`."""
    return UNKNOWN if number is None else f"{number:,}"


def instant(text: str) -> str:
    """Return an ISO 8601 instant of UTC as `2026-10-01 00:00`, with seconds where there are any."""
    at = datetime.fromisoformat(text)
    return f"{at:%Y-%m-%d %H:%M:%S}" if at.second else f"{at:%Y-%m-%d %H:%M}"


def period(start: str, end: str) -> str:
    """Return a span of whole days by its first and last day, any other by its instants."""
    first, after = datetime.fromisoformat(start), datetime.fromisoformat(end)
    if any((each.hour, each.minute, each.second) != (0, 0, 0) for each in (first, after)):
        return f"{instant(start)} to {instant(end)} UTC"
    last = datetime.fromordinal(after.toordinal() - 1)
    if last.date() == first.date():
        return f"{first:%Y-%m-%d} (UTC)"
    return f"{first:%Y-%m-%d} to {last:%Y-%m-%d} (UTC)"
