"""How fine an answer is: steps as people write them, and which storage can answer them. Pure."""

import re
from datetime import timedelta

from monitoring.errors import InvalidInputError
from monitoring.query.steps import Aggregation, Function

FIVE_MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)

LONGEST_RAW_SPAN = timedelta(days=31)
LONGEST_FINE_SPAN = timedelta(days=90)
LONGEST_SPAN = timedelta(days=400)

# What a roll-up keeps says everything about these; of percentiles and growth it knows too little.
_ROLLED_UP = frozenset(
    {Function.AVG, Function.MIN, Function.MAX, Function.SUM, Function.COUNT, Function.LAST}
)
_UNITS = {"": 1_000, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_STEP = re.compile(r"([0-9]{1,9})([smhdw]?)")
_PERCENTILE = re.compile(r"p([0-9]{1,2}(?:\.[0-9]{1,4})?|100)")
_PLAIN = {function.value: function for function in Function if function is not Function.PERCENTILE}
_EXPECTED = "must be one of avg, min, max, sum, count, first, last, rate, increase, p50, p99.9"
# Steps that people find on an axis without calculating, in seconds.
_ROUND_SECONDS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800),
    *(3_600, 7_200, 10_800, 21_600, 43_200, 86_400),
)
_DAY_MS = 86_400_000


def step_of(text: str, name: str = "step") -> int:
    """Return a step in ms: `30s`, `5m`, `1h`, `1d`, `1w`, or whole seconds.

    Raises InvalidInputError, with the parameter's name, if it is none, less than a second, or longer than
    the longest span.
    """
    match = _STEP.fullmatch(text)
    step_ms = int(match[1]) * _UNITS[match[2]] if match else 0
    if not 0 < step_ms <= LONGEST_SPAN // timedelta(milliseconds=1):
        raise _wrong(
            name, "must be a span of 1 second to 400 days, such as 60s, 5m, 1h or 60 (seconds)"
        )
    return step_ms


def aggregation_of(text: str, name: str = "aggregation") -> Aggregation:
    """Return what `avg`, `p95` or `p99.9` asks for. Raises InvalidInputError naming the parameter."""
    if text in _PLAIN:
        return Aggregation(_PLAIN[text])
    match = _PERCENTILE.fullmatch(text)
    if match is None:
        raise _wrong(name, _EXPECTED)
    return Aggregation(Function.PERCENTILE, float(match[1]) / 100)


def rollup_width(step_ms: int, how: Aggregation) -> timedelta | None:
    """Return the widest roll-up that answers the step exactly, None if only the samples do."""
    if how.function not in _ROLLED_UP:
        return None
    for width in (HOUR, FIVE_MINUTES):
        if step_ms % (width // timedelta(milliseconds=1)) == 0:
            return width
    return None


def longest_span(step_ms: int, how: Aggregation) -> timedelta:
    """Return how long a range may be: roll-ups are kept longer than samples, and hourly ones longest."""
    width = rollup_width(step_ms, how)
    if width is None:
        return LONGEST_RAW_SPAN
    return LONGEST_SPAN if width == HOUR else LONGEST_FINE_SPAN


def round_step(span_ms: int, points: int) -> int:
    """Return the smallest round step, in ms, that cuts the span into at most so many steps."""
    least_ms = -(-span_ms // points)
    for seconds in _ROUND_SECONDS:
        if seconds * 1_000 >= least_ms:
            return seconds * 1_000
    return -(-least_ms // _DAY_MS) * _DAY_MS


def _wrong(name: str, what: str) -> InvalidInputError:
    message = f"{name} {what}"
    return InvalidInputError(message, details={name: [message]})
