"""The tables of one service in an SLA report; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from health.reports import wording
from health.reports.document import Table

DASH = wording.UNKNOWN
# As much as somebody reads; the CSV and the JSON have all.
MOST_DOWNTIMES = 100


def spent(service: Mapping[str, Any]) -> Table:
    """Return how the time of the period was spent: the spans add up to it."""
    rows = [
        ("Up", wording.duration(service["up_ms"])),
        ("Degraded, part of up", wording.duration(service["degraded_ms"])),
        ("Down", wording.duration(service["down_ms"])),
        ("Not measured", wording.duration(service["unknown_ms"])),
        ("Maintenance", wording.duration(service["maintenance_ms"])),
        ("Coverage", wording.percent(service["coverage_percent"])),
        ("Requests measured", wording.count(service["total_requests"])),
        ("Answered 5xx, part of them", wording.count(service["failed_requests"])),
    ]
    return Table("How the time was spent", ("What", "Amount"), rows, numeric=frozenset({1}))


def downtimes(found: Sequence[Mapping[str, Any]]) -> Table:
    """Return when the service was down, and why as far as its probes know."""
    rows = [
        (
            wording.instant(each["start"]),
            wording.instant(each["end"]),
            wording.duration(each["lasted_ms"]),
            ", ".join(wording.instant(at) for at in each["declared_at"][:3]) or DASH,
            each["reason"] or DASH,
        )
        for each in found[:MOST_DOWNTIMES]
    ]
    more = len(found) - len(rows)
    return Table(
        f"Downtimes (the first {MOST_DOWNTIMES} of {len(found):,})" if more else "Downtimes",
        ("From (UTC)", "Until", "Down", "Declared", "Reason"),
        rows,
        numeric=frozenset({2}),
        wide=frozenset({4}),
        empty="No downtime.",
    )


def maintenance(found: Sequence[Mapping[str, Any]]) -> Table:
    """Return what was planned."""
    rows = [
        (
            wording.instant(each["start"]),
            wording.instant(each["end"]),
            wording.duration(each["lasted_ms"]),
        )
        for each in found
    ]
    return Table("Maintenance", ("From (UTC)", "Until", "Planned"), rows, numeric=frozenset({2}))


def objectives(found: Sequence[Mapping[str, Any]]) -> Table:
    """Return what each objective allowed and what is left of it."""
    rows = [
        (
            each["name"],
            wording.percent(each["target_percent"]),
            wording.percent(each["compliance_percent"]),
            _amount(each["allowed"], each["unit"]),
            _amount(each["spent"], each["unit"]),
            wording.percent(each["remaining_percent"]),
        )
        for each in found
    ]
    heads = ("Objective", "Target", "Reached", "Budget", "Spent", "Left")
    return Table("Error budgets", heads, rows, numeric=frozenset({1, 2, 3, 4, 5}))


def _amount(number: int, unit: str) -> str:
    return wording.duration(number) if unit == "ms" else f"{number:,}"
