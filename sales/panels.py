"""The box of the operations page that says how business goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.console.panel import Panel, PanelMaker
from sales.business.figures import FIGURES, Figure, Told
from sales.selectors import figures_told

_TITLES = {
    "revenue_today": "Revenue today",
    "revenue_week": "Revenue this week",
    "revenue_month": "Revenue this month",
    "tickets_sold_today": "Tickets sold today",
    "events_active": "Events that sell",
    "venues_active": "Active venues",
    "venues_total": "Venues",
}


@dataclass(frozen=True, slots=True)
class FigureLine:
    """One figure as people read it; `value` is empty where nobody knows, and `reason` says why."""

    title: str
    value: str
    source: str
    age: str
    reason: str


def business_panel(at: datetime) -> Panel:
    """Return the business figures, those that are missing with the reason."""
    told = figures_told(at=at)
    lines = list(_lines(((figure, told[figure.name]) for figure in FIGURES if figure.path), at))
    known = sum(bool(line.value) for line in lines)
    return Panel(
        title="Business",
        order=27,
        template="console/business.html",
        context={"lines": lines, "known": known},
    )


def _lines(shown: Iterable[tuple[Figure, Told]], at: datetime) -> Iterable[FigureLine]:
    for figure, one in shown:
        yield FigureLine(
            title=_TITLES[figure.name],
            value=amount(one.value, figure.unit),
            source=one.source or "",
            age="" if one.measured_at is None else f"{_minutes(at - one.measured_at)} min ago",
            reason=one.reason,
        )


def amount(value: int | None, unit: str) -> str:
    """Return a number for people, cents with two places; their currency is the platform's matter."""
    if value is None:
        return ""
    return f"{value // 100:,}.{value % 100:02}" if unit == "cents" else f"{value:,}"


def _minutes(age: timedelta) -> int:
    return max(0, age // timedelta(minutes=1))


PANELS: list[PanelMaker] = [business_panel]
