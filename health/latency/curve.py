"""How many durations lie below a place: a curve that jumps at points and rises in straight lines. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate

# Ranks closer than this share of all are the same: 0.07 * 100 is 7.000000000000001 in doubles.
_SAME_RANK = 1e-12

Ramp = tuple[float, float, int]
"""Lower and upper bound, finite and apart, and the count that is spread evenly between them."""


class Curve:
    """The cumulative count of points (place, count), which may repeat a place, and ramps."""

    def __init__(self, points: Iterable[tuple[float, int]], ramps: Iterable[Ramp]) -> None:
        ordered = sorted(points)
        self._places = [place for place, _ in ordered]
        self._totals = [*accumulate((count for _, count in ordered), initial=0)]
        self._ramps = list(ramps)

    def at_or_below(self, place: float) -> float:
        """Return the count up to a place, the points at it included."""
        return self._totals[bisect_right(self._places, place)] + self._risen(place)

    def below(self, place: float) -> float:
        """Return the count up to a place, without the points at it."""
        return self._totals[bisect_left(self._places, place)] + self._risen(place)

    def place_of(self, rank: float, count: int) -> float:
        """Return the lowest place at or below which lie `rank` of all `count`, which are at least 1."""
        enough = rank - _SAME_RANK * count
        bounds = {bound for lower, upper, _ in self._ramps for bound in (lower, upper)}
        places = sorted(bounds.union(self._places))
        number = min(bisect_left(places, enough, key=self.at_or_below), len(places) - 1)
        place, below = places[number], self.below(places[number])
        if number == 0 or below < enough:
            return place
        start = places[number - 1]
        before = self.at_or_below(start)
        return min(place, start + (place - start) * (rank - before) / (below - before))

    def _risen(self, place: float) -> float:
        return sum(
            count * min(1.0, (place - lower) / (upper - lower))
            for lower, upper, count in self._ramps
            if place > lower
        )
