"""What an objective allowed in the period of a report, and what was spent of it; pure and exact.

Percentages are cut after six places, never rounded up: 100 is said only where nothing was bad.
"""

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

_DIGITS = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Budget:
    """Good and all events of an objective: milliseconds of time, or requests, as `unit` says."""

    name: str
    kind: str
    unit: str
    target_percent: Decimal
    good: int
    total: int
    threshold_ms: int | None = None

    @property
    def spent(self) -> int:
        """What was not good."""
        return self.total - self.good

    @property
    def allowed(self) -> Decimal:
        """What might have been bad without missing the target."""
        return self.total * (100 - self.target_percent) / 100

    @property
    def compliance_percent(self) -> Decimal | None:
        """The share that was good in percent; None where nothing was measured."""
        if self.total == 0:
            return None
        return (Decimal(100 * self.good) / self.total).quantize(_DIGITS, ROUND_FLOOR)

    @property
    def remaining_percent(self) -> Decimal | None:
        """The share of the budget that is left in percent, negative if overspent; None where nothing was measured."""
        if self.allowed == 0:
            return None
        return (100 - 100 * self.spent / self.allowed).quantize(_DIGITS, ROUND_FLOOR)

    @property
    def met(self) -> bool | None:
        """Tell whether the target was met, by exact numbers; None where nothing was measured."""
        return None if self.total == 0 else self.spent <= self.allowed
