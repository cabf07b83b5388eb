"""The box of the operations page that says how much may still fail."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from health.models import Slo, SloState
from health.slo.burn import PAIRS, pair_rates
from health.slo_selectors import slos
from monitoring.console.panel import Panel

LINES = 10
# Objectives are evaluated each minute: what is older says nothing of now.
_FRESH = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """One objective: what is left in percent of its budget, and how fast it burns now."""

    slo: Slo
    left_percent: float
    burn: float | None
    """The smaller rate of the pair of an hour and five minutes."""
    exhausted_at: datetime | None
    is_burning: bool
    """A pair is above its threshold, so that a rule fires."""

    @property
    def target(self) -> str:
        """Return the promised percentage without the zeros of its column."""
        return f"{self.slo.target_percent.normalize():f}"

    @property
    def word(self) -> str:
        """Return how it stands, as a class and a word."""
        if self.left_percent <= 0:
            return "spent"
        return "burning" if self.is_burning else "kept"


def budgets_panel(at: datetime) -> Panel:
    """Return the objectives with the least left of their budgets first."""
    found = list(slos().filter(enabled=True))
    states = [(slo, getattr(slo, "state", None)) for slo in found]
    lines = [
        _line(slo, state)
        for slo, state in states
        if state is not None and state.budget_remaining is not None and at - state.at <= _FRESH
    ]
    lines.sort(key=lambda line: (line.left_percent, line.slo.name))
    spent = [line.slo.name for line in lines if line.word == "spent"]
    return Panel(
        title="Error budgets",
        order=22,
        template="console/budgets.html",
        context={
            "lines": lines[:LINES],
            "objectives": len(found),
            "unmeasured": len(found) - len(lines),
            "more": max(0, len(lines) - LINES),
        },
        announce=f"error budget spent: {', '.join(spent[:LINES])}" if spent else "",
    )


def _line(slo: Slo, state: SloState) -> BudgetLine:
    rates = pair_rates(state.burn_rates)
    burning = [
        pair.name
        for pair in PAIRS
        if (rate := rates[pair.name]) is not None and rate > pair.threshold
    ]
    return BudgetLine(
        slo=slo,
        left_percent=100 * (state.budget_remaining or 0.0),
        burn=rates[PAIRS[0].name],
        exhausted_at=state.exhausted_at,
        is_burning=bool(burning),
    )
