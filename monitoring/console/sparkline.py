"""Small curves as SVG coordinates. Pure: no Django, no clock, no database."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 240.0
HEIGHT = 48.0
_MARGIN = 3.0  # room for the stroke and the dot on the newest value


@dataclass(frozen=True, slots=True)
class Sparkline:
    """One curve: `points` and `area` for a polyline and a polygon, the newest value's place."""

    points: str
    area: str
    last_x: float
    last_y: float


def sparkline(
    at_ms: Sequence[int], values: Sequence[float], *, start_ms: int, end_ms: int
) -> Sparkline | None:
    """Return the curve of the values in a box of WIDTH by HEIGHT, or None without values.

    The box spans `start_ms` to `end_ms` and zero (or the lowest value below it) to the highest
    value: a curve that starts at its own minimum would make every ripple a mountain.
    Raises ValueError if the span is not positive.
    """
    if end_ms <= start_ms:
        raise ValueError("the span must be longer than zero")
    if not len(values):
        return None
    low, high = min(0.0, *values), max(0.0, *values)
    height = (high - low) or 1.0
    places = [
        (
            _place((at - start_ms) / (end_ms - start_ms), WIDTH),
            _place(1.0 - (value - low) / height, HEIGHT),
        )
        for at, value in zip(at_ms, values, strict=True)
    ]
    points = " ".join(f"{x:g},{y:g}" for x, y in places)
    (first_x, _), (last_x, last_y) = places[0], places[-1]
    bottom = HEIGHT - _MARGIN
    return Sparkline(
        points, f"{first_x:g},{bottom:g} {points} {last_x:g},{bottom:g}", last_x, last_y
    )


def _place(share: float, size: float) -> float:
    return round(_MARGIN + min(1.0, max(0.0, share)) * (size - 2 * _MARGIN), 1)
