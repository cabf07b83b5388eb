"""How long many requests took: counts in cells, so that histograms of any spans and writers add up exactly. Pure.

Two kinds of cells live side by side. What was measured request by request goes into fine cells, each
1.02 times as wide as the one before: a percentile is off by less than 1 %. What came as a classic
histogram keeps the buckets it came in, and a percentile inside such a bucket is a straight line
between its bounds, as everywhere in the field.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from health.latency.curve import Curve

RATIO = 1.02
_LOG_RATIO = math.log(RATIO)
# The middle of a cell in the sense that matters: no value of the cell is further from it than 0.991 % of itself.
_MIDDLE = 2 / (1 + RATIO)
# Everything up to a microsecond is "no time at all", so that the number of cells has a floor.
ZERO_CELL = math.floor(math.log(0.001) / _LOG_RATIO)

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class LatencyHistogram:
    """Durations in milliseconds, counted.

    `fine` maps a cell to its count; cell i holds the values in (1.02^(i-1), 1.02^i] ms, `ZERO_CELL`
    everything below. `coarse` maps the bounds (lower, upper) in ms of a classic bucket to its count;
    `upper` may be infinite.
    """

    fine: Mapping[int, int] = field(default_factory=dict)
    coarse: Mapping[Span, int] = field(default_factory=dict)

    @classmethod
    def of(cls, values_ms: Iterable[float]) -> Self:
        """Count single durations. Raises ValueError for a negative, infinite or undefined one."""
        return cls(Counter(map(cell_of, values_ms)))

    @classmethod
    def of_buckets(cls, bounds: Sequence[float], cumulative_counts: Sequence[int]) -> Self:
        """Take a classic histogram over: the upper bounds in ms, ascending, `math.inf` last if it has one.

        `cumulative_counts` holds for each bound how many values were at most that long. Raises
        ValueError if the two differ in length, or one of them falls.
        """
        if len(bounds) != len(cumulative_counts):
            raise ValueError(f"{len(bounds)} bounds and {len(cumulative_counts)} counts")
        lowers, belows = (0.0, *bounds[:-1]), (0, *cumulative_counts[:-1])
        coarse: dict[Span, int] = {}
        for lower, upper, below, total in zip(
            lowers, bounds, belows, cumulative_counts, strict=True
        ):
            if not (upper >= lower and total >= below):
                raise ValueError(f"bucket up to {upper} ms: bounds and counts must not fall")
            if total > below:
                coarse[lower, upper] = total - below
        return cls({}, coarse)

    @property
    def count(self) -> int:
        """How many durations it holds."""
        return sum(self.fine.values()) + sum(self.coarse.values())

    def merged(self, others: "Iterable[LatencyHistogram]") -> "LatencyHistogram":
        """Return this and all others added up, as if every duration had been counted in one place."""
        fine, coarse = Counter(self.fine), Counter(self.coarse)
        for other in others:
            fine.update(other.fine)
            coarse.update(other.coarse)
        return LatencyHistogram(fine, coarse)

    def quantile(self, q: float) -> float | None:
        """Return the duration in ms that the share `q` (0 to 1) of all stayed within; None for an empty one.

        That is the smallest duration at or below which lie `q` of all (nearest rank), the middle of
        its cell for a fine one and a straight line inside a classic bucket. A bucket that is open
        above answers its lower bound: more is not known. Raises ValueError for `q` outside 0 to 1.
        """
        if not 0 <= q <= 1:
            raise ValueError(f"a quantile lies between 0 and 1, not at {q}")
        count = self.count
        return self._curve().place_of(q * count, count) if count else None

    def count_within(self, milliseconds: float) -> float:
        """Return how many durations were at most so long.

        A fine cell counts if its middle does, so values within 1 % of the threshold may fall on
        either side; of a classic bucket counts the share of its width. What lies in a bucket that is
        open above is within no finite threshold.
        """
        endless = sum(
            n
            for (lower, upper), n in self.coarse.items()
            if upper == math.inf and lower <= milliseconds
        )
        beyond = 0 if milliseconds == math.inf else endless
        return self._curve().at_or_below(milliseconds) - beyond

    def share_within(self, threshold_ms: float) -> float | None:
        """Return the share (0 to 1) of durations that were at most so long; None for an empty one."""
        count = self.count
        return self.count_within(threshold_ms) / count if count else None

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, the same for equal histograms; an empty one is an empty object."""
        written: dict[str, Any] = {}
        if fine := sorted((cell, n) for cell, n in self.fine.items() if n):
            written["cells"] = [cell for cell, _ in fine]
            written["counts"] = [n for _, n in fine]
        if coarse := sorted((span, n) for span, n in self.coarse.items() if n):
            written["buckets"] = [
                [lower, None if math.isinf(upper) else upper, n] for (lower, upper), n in coarse
            ]
        return written

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote."""
        fine = dict(zip(written.get("cells", ()), written.get("counts", ()), strict=True))
        coarse = {
            (lower, math.inf if upper is None else upper): n
            for lower, upper, n in written.get("buckets", ())
        }
        return cls(fine, coarse)

    def _curve(self) -> Curve:
        """Return the cumulative count; of a bucket that is open above everything lies at its lower bound."""
        points = [(_middle_of(cell), n) for cell, n in self.fine.items()]
        ramps = []
        for (lower, upper), n in self.coarse.items():
            if lower < upper < math.inf:
                ramps.append((lower, upper, n))
            else:
                points.append((lower, n))
        return Curve(points, ramps)


def cell_of(milliseconds: float) -> int:
    """Return the fine cell of a duration. Raises ValueError unless it is finite and at least 0."""
    if not 0 <= milliseconds < math.inf:
        raise ValueError(f"a duration is a finite number of ms, at least 0, not {milliseconds}")
    if not milliseconds:
        return ZERO_CELL
    return max(ZERO_CELL, math.ceil(math.log(milliseconds) / _LOG_RATIO))


def _middle_of(cell: int) -> float:
    return 0.0 if cell <= ZERO_CELL else math.exp(cell * _LOG_RATIO) * _MIDDLE
