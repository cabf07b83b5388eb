"""How much of an error budget is left.

The budget of an objective is the share that may fail: 0.1 % where 99.9 % are promised. All shares are of what was
measured in the window. Source: chapter "Alerting on SLOs", Site Reliability Workbook.
"""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Tally:
    """What was measured: milliseconds, or requests. Requests within a threshold may be a fraction of a bucket."""

    good: float = 0
    bad: float = 0

    @property
    def total(self) -> float:
        """Return all that was measured."""
        return self.good + self.bad

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.good + other.good, self.bad + other.bad)


def compliance_percent(tally: Tally) -> float | None:
    """Return the percent of what was measured that was good; None where nothing was."""
    return 100 * tally.good / tally.total if tally.total else None


def burn_rate(tally: Tally, target_percent: Decimal) -> float | None:
    """Return how many times as fast as allowed the budget is spent: 1 spends it exactly within the window.

    None where nothing was measured: that is neither a burn nor its absence.
    """
    if not tally.total:
        return None
    # 100 * bad / (allowed * total): one rounding less than a quotient of quotients.
    return 100 * tally.bad / (_allowed_percent(target_percent) * tally.total)


def budget_remaining(tally: Tally, target_percent: Decimal) -> float | None:
    """Return the share of the budget of a window that is left: 1 untouched, 0 spent, negative overspent."""
    burnt = burn_rate(tally, target_percent)
    return None if burnt is None else 1 - burnt


def _allowed_percent(target_percent: Decimal) -> float:
    """Return the percent that may fail. Raises ValueError for a target that leaves no budget."""
    allowed = 100 - target_percent
    if allowed <= 0:
        raise ValueError("a target of 100 % leaves no budget")
    return float(allowed)
