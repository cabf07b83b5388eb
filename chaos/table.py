"""The figures of a run beside their goals, for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.table import Table

MOST_DUPLICATES = 0.001
QUIET_P50_SECONDS, QUIET_P99_SECONDS = 0.2, 5.0
WORST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure and whether it is as it should be; `met` is True where there is no goal."""

    what: str
    figure: str
    goal: str = ""
    met: bool = True


def goals(result: Mapping[str, Any]) -> list[Goal]:
    """Return all figures of a run."""
    whole, quiet, fault = result["whole"], result["quiet_phase"], result["fault_phase"]
    share = whole["duplicates"] / whole["arrived"] if whole["arrived"] else 0.0
    unlabelled = whole["duplicates"] - whole["labelled_duplicates"]
    return [
        Goal("faults", f"{sum(result['faults'].values())}: {_counts(result['faults'])}"),
        Goal("ledger", f"{whole['rows']:,} rows: {_counts(whole['statuses'])}"),
        Goal("messages that arrived", f"{whole['arrived']:,}"),
        Goal("all settled", str(result["settled"]), "True", bool(result["settled"])),
        Goal("lost", str(whole["lost"]), "0", whole["lost"] == 0),
        Goal("not in the ledger", str(whole["unknown"]), "0", whole["unknown"] == 0),
        Goal(
            "duplicates",
            f"{whole['duplicates']} ({share:.3%})",
            f"at most {MOST_DUPLICATES:.1%}",
            share <= MOST_DUPLICATES,
        ),
        Goal("of those not labelled", str(unlabelled), "0", unlabelled == 0),
        _seconds("quiet: first try p50", quiet["first_try_p50"], QUIET_P50_SECONDS),
        _seconds("quiet: first try p99", quiet["first_try_p99"], QUIET_P99_SECONDS),
        _seconds("faults: first try p50", fault["first_try_p50"], None),
        _seconds("faults: first try p99", fault["first_try_p99"], None),
        _seconds("faults: worst first try", fault["first_try_worst"], WORST_SECONDS),
        _seconds("faults: worst receipt", fault["receipt_worst"], None),
    ]


def table(result: Mapping[str, Any]) -> Table:
    """Return the figures as a table."""
    shown = Table("figure", "measured", "goal", "", title="Chaos run", title_justify="left")
    for goal in goals(result):
        mark = "" if not goal.goal else "met" if goal.met else "NOT MET"
        shown.add_row(goal.what, goal.figure, goal.goal, mark)
    return shown


def _seconds(what: str, figure: float, limit: float | None) -> Goal:
    if limit is None:
        return Goal(what, f"{figure:.2f} s")
    return Goal(what, f"{figure:.2f} s", f"at most {limit:g} s", figure <= limit)


def _counts(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in sorted(numbers.items()))
