"""The parameters of a request, from its URL and its form, read as Prometheus reads them."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import isfinite

from django.http import QueryDict

from monitoring.promql.errors import BadQueryError
from monitoring.promql.parsing import parse_selector
from monitoring.query.matchers import Matcher

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)", re.ASCII
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_DURATION = re.compile(
    "".join(rf"(?:(\d{{1,15}}){unit})?" for unit in ("y", "w", "d", "h", "m", "s", "ms")), re.ASCII
)
_UNITS_MS = (31_536_000_000, 604_800_000, 86_400_000, 3_600_000, 60_000, 1_000, 1)
_MOST_SECONDS = 253_402_300_800.0  # the year 10000


class Parameters:
    """What a form says, and the URL where the form says nothing."""

    def __init__(self, form: QueryDict, url: QueryDict) -> None:
        self._form = form
        self._url = url

    def text(self, name: str) -> str:
        """Return the parameter's first value, empty if it is not given."""
        values = self.texts(name)
        return values[0] if values else ""

    def texts(self, name: str) -> Sequence[str]:
        """Return all values of the parameter, those of the form first."""
        return [*self._form.getlist(name), *self._url.getlist(name)]

    def query(self) -> str:
        """Return the expression. Raises BadQueryError if there is none, or one that no label can hold."""
        text = self.text("query")
        if "\0" in text:
            raise BadQueryError('invalid parameter "query": parse error: a NUL character')
        return text

    def instant_ms(self, name: str, default_ms: int | None = None) -> int:
        """Return an instant in ms: seconds since 1970, or RFC 3339.

        Raises BadQueryError if it is neither, or if it is not given and there is no default.
        """
        text = self.text(name)
        if not text and default_ms is not None:
            return default_ms
        found = _instant_ms(text)
        if found is None:
            # Prometheus says it twice of this one, and only of this one.
            twice = "Invalid time value for 'time': " if name == "time" else ""
            raise _unreadable(name, text, "timestamp", twice)
        return found

    def step_ms(self) -> int:
        """Return the distance of two steps in ms. Raises BadQueryError if it is not positive."""
        text = self.text("step")
        found = _span_ms(text)
        if found is None:
            raise _unreadable("step", text, "duration")
        if found <= 0:
            raise BadQueryError(
                'invalid parameter "step": zero or negative query resolution step widths are not accepted.'
                " Try a positive integer"
            )
        return found

    def timeout(self, longest: timedelta) -> timedelta:
        """Return how long the query may take: what is asked for, but no longer than allowed."""
        text = self.text("timeout")
        if not text:
            return longest
        found = _span_ms(text)
        if found is None:
            raise _unreadable("timeout", text, "duration")
        return min(longest, timedelta(milliseconds=found))

    def limit(self, name: str = "limit") -> int | None:
        """Return how many items are wanted, None for all."""
        text = self.text(name)
        if not text:
            return None
        if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII):
            raise BadQueryError(f'invalid parameter "{name}": {name} must be a number')
        return int(text) if int(text) > 0 else None

    def selectors(self) -> list[tuple[Matcher, ...]]:
        """Return the conditions of each `match[]`. Raises BadQueryError."""
        found = []
        for text in self.texts("match[]"):
            try:
                found.append(parse_selector(text))
            except BadQueryError as error:
                raise BadQueryError(f'invalid parameter "match[]": {error.message}') from None
        return found


def _instant_ms(text: str) -> int | None:
    if _NUMBER.fullmatch(text):
        seconds = float(text)
        return round(seconds * 1_000) if abs(seconds) < _MOST_SECONDS else None
    match = _RFC_3339.fullmatch(text)
    if match is None:
        return None
    whole, fraction, zone = match.groups()
    try:
        at = datetime.fromisoformat(whole + zone)
    except ValueError:
        return None
    milliseconds = int((fraction or "").ljust(9, "0")) // 1_000_000
    return (at - _EPOCH) // timedelta(milliseconds=1) + milliseconds


def _span_ms(text: str) -> int | None:
    if _NUMBER.fullmatch(text):
        seconds = float(text)
        within = isfinite(seconds) and abs(seconds) < _MOST_SECONDS
        return round(seconds * 1_000) if within else None
    match = _DURATION.fullmatch(text)
    if not text or match is None:
        return None
    found = sum(int(count) * unit for count, unit in zip(match.groups("0"), _UNITS_MS, strict=True))
    return found if found < _MOST_SECONDS * 1_000 else None


def _unreadable(name: str, text: str, kind: str, before: str = "") -> BadQueryError:
    return BadQueryError(
        f'invalid parameter "{name}": {before}cannot parse "{text}" to a valid {kind}'
    )
