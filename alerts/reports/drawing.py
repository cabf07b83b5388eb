"""The noise of a rule as a stacked bar: numbers for an SVG. Pure: no Django, no clock, no database."""

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.reports.noise import Figures, RuleNoise, Week

WIDTH = 240.0  # of the plot of one rule
HEIGHT = 36.0


@dataclass(frozen=True, slots=True)
class Column:
    """One week: from the bottom the firings that a person took, those that ended at once, and the rest."""

    x: float
    width: float
    heard: float
    quick: float
    rest: float
    label: str

    @property
    def heard_y(self) -> float:
        """Return the top of the lowest part."""
        return round(HEIGHT - self.heard, 1)

    @property
    def quick_y(self) -> float:
        """Return the top of the middle part."""
        return round(self.heard_y - self.quick, 1)

    @property
    def rest_y(self) -> float:
        """Return the top of the whole."""
        return round(self.quick_y - self.rest, 1)


@dataclass(frozen=True, slots=True)
class Plot:
    """The weeks of one rule, all rules of a page to one scale."""

    rule: RuleNoise
    columns: list[Column]


def plots_of(rules: Sequence[RuleNoise]) -> list[Plot]:
    """Return a plot for each rule; the highest column of all is as high as the plot."""
    most = max((week.figures.fired for rule in rules for week in rule.weeks), default=0)
    return [Plot(rule, _columns(rule.weeks, most or 1)) for rule in rules]


def _columns(weeks: Sequence[Week], most: int) -> list[Column]:
    step = WIDTH / len(weeks)
    return [
        _column(week, place * step, step * 0.8, HEIGHT / most) for place, week in enumerate(weeks)
    ]


def _column(week: Week, x: float, width: float, scale: float) -> Column:
    heard, quick, rest = _parts(week.figures)
    return Column(
        x=round(x, 1),
        width=round(width, 1),
        heard=round(heard * scale, 1),
        quick=round(quick * scale, 1),
        rest=round(rest * scale, 1),
        label=(
            f"week from {week.start:%Y-%m-%d}: {week.figures.fired} fired, {heard} acknowledged,"
            f" {week.figures.resolved_quickly} over within 5 minutes"
        ),
    )


def _parts(figures: Figures) -> tuple[int, int, int]:
    """Split the firings; one that was both acknowledged and soon over counts as acknowledged."""
    quick = min(figures.resolved_quickly, figures.fired - figures.acknowledged)
    return figures.acknowledged, quick, figures.fired - figures.acknowledged - quick
