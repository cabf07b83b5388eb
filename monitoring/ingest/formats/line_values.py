"""Numbers of the Influx line protocol: floats, whole numbers, truth values, instants. Pure.

What Python's float() and int() read beyond the format (1_000, nan, blanks) is refused: the bytes of all
numbers of a body are checked at once.
"""

import math
import re
from collections.abc import Mapping, Sequence

_OF_FLOATS = b"0123456789+-.eE"
_OF_INSTANTS = b"0123456789-"
_WHOLE = re.compile(rb"(-?[0-9]{1,20})([iu])")
_RANGES = {b"i": range(-(2**63), 2**63), b"u": range(2**64)}
_TRUTH: Mapping[bytes, float] = {
    **dict.fromkeys((b"t", b"T", b"true", b"True", b"TRUE"), 1.0),
    **dict.fromkeys((b"f", b"F", b"false", b"False", b"FALSE"), 0.0),
}
# What one unit of the timestamp is in ms: a factor, or the units that make a millisecond.
_PRECISIONS = {
    **dict.fromkeys(("", "n", "ns"), (1, 1_000_000)),
    **dict.fromkeys(("u", "us", "\N{MICRO SIGN}", "\N{GREEK SMALL LETTER MU}"), (1, 1_000)),
    "ms": (1, 1),
    "s": (1_000, 1),
    "m": (60_000, 1),
    "h": (3_600_000, 1),
}
PRECISIONS = "ns, us, ms, s, m or h"
_END_OF_TIME = 2**53  # ms; some 285,000 years


def is_precision(text: str) -> bool:
    """Tell whether the text names the unit of timestamps."""
    return text in _PRECISIONS


def numbers(texts: Sequence[bytes]) -> list[float]:
    """Return the values; NaN stands for a text that is no number, infinity for one beyond any float."""
    if not b"".join(texts).translate(None, _OF_FLOATS):
        try:
            return [float(text) for text in texts]
        except ValueError:
            pass
    return [_number(text) for text in texts]


def instants(texts: Sequence[bytes], precision: str) -> list[int | None]:
    """Return milliseconds since the epoch, the earlier one in between; None for what is no instant.

    `precision` is one that `is_precision` knows.
    """
    factor, units = _PRECISIONS[precision]
    if not b"".join(texts).translate(None, _OF_INSTANTS):
        try:
            read = [int(text) * factor // units for text in texts]
        except ValueError:
            pass
        else:
            if all(-_END_OF_TIME < at_ms < _END_OF_TIME for at_ms in read):
                return list(read)
    return [_instant(text, factor, units) for text in texts]


def _number(text: bytes) -> float:
    if text in _TRUTH:
        return _TRUTH[text]
    whole = _WHOLE.fullmatch(text)
    if whole is not None:
        value = int(whole[1])
        return float(value) if value in _RANGES[whole[2]] else math.nan
    if text.translate(None, _OF_FLOATS):
        return math.nan
    try:
        return float(text)
    except ValueError:
        return math.nan


def _instant(text: bytes, factor: int, units: int) -> int | None:
    if text.translate(None, _OF_INSTANTS):
        return None
    try:
        at_ms = int(text) * factor // units
    except ValueError:  # also for thousands of digits
        return None
    return at_ms if -_END_OF_TIME < at_ms < _END_OF_TIME else None
