"""What a rule would see now: the series that it matches, which of them breach, and their last hours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from alerts.evaluation.conditions import holds
from alerts.evaluation.expression import ExpressionError, parse
from alerts.evaluation.matching import SERVICE
from alerts.evaluation.overrides import overrides_of, threshold_for
from alerts.models import Alert, AlertRule
from alerts.threshold_plot import Plot, Samples, plot_of
from monitoring.errors import InvalidInputError
from monitoring.query.latest import latest_values
from monitoring.query.samples import samples_of
from monitoring.storage.instants import to_ms
from monitoring.types import LatestValue

SHOWN = 20
DRAWN = 5
SPAN = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Line:
    """One series that matches: its newest value, and whether that is a breach (None: the rule looks at a window)."""

    name: str
    value: float
    threshold: float
    breaches: bool | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class Operand:
    """One rule that an expression names."""

    name: str
    fires: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule over samples matches now, the breaches first, or what a composite rule says now."""

    series: int = 0
    breaching: int = 0
    lines: tuple[Line, ...] = ()
    plot: Plot | None = None
    excuse: str = ""
    operands: tuple[Operand, ...] = ()
    holds: bool = False


def preview(rule: AlertRule, *, at: datetime) -> Preview:
    """Return what the rule, stored or not, would see at `at`; nothing is written."""
    return _composite(rule) if rule.expression else _plain(rule, at)


def _composite(rule: AlertRule) -> Preview:
    try:
        expression = parse(rule.expression)
    except ExpressionError as error:
        return Preview(excuse=str(error))
    names = expression.names()
    open_alerts = Alert.objects.filter(state=Alert.State.FIRING, rule__rule_name__in=names)
    firing = set(open_alerts.values_list("rule__rule_name", flat=True))
    operands = tuple(Operand(name, name in firing) for name in sorted(names))
    return Preview(operands=operands, holds=expression.holds(firing))


def _plain(rule: AlertRule, at: datetime) -> Preview:
    found = [
        value
        for value in latest_values(metrics=[rule.metric_name])
        if _matches(_labels(value), rule.label_matchers)
    ]
    lines = sorted(((_line(rule, value, at), value) for value in found), key=_breaches_first)
    plot, excuse = _drawn(rule, [value for _, value in lines[:DRAWN]], at)
    return Preview(
        series=len(found),
        breaching=sum(line.breaches is True for line, _ in lines),
        lines=tuple(line for line, _ in lines[:SHOWN]),
        plot=plot,
        excuse=excuse,
    )


def _breaches_first(each: tuple[Line, LatestValue]) -> tuple[bool, str]:
    line, _ = each
    return (not line.breaches, line.name)


def _line(rule: AlertRule, value: LatestValue, at: datetime) -> Line:
    labels = _labels(value)
    threshold, _ = threshold_for(
        overrides_of(rule.threshold_overrides), labels, rule.threshold, rule.recovery_threshold
    )
    stale = at - value.at > settings.METRIC_STALENESS
    # One newest value says nothing about a window, nor about what several series make together.
    by_itself = not rule.window_seconds and not rule.combine
    breaches = not stale and holds(value.value, rule.condition, threshold) if by_itself else None
    name = ", ".join(f"{label}={text}" for label, text in sorted(labels.items()) if text)
    return Line(name, value.value, threshold, breaches, stale)


def _drawn(rule: AlertRule, values: Sequence[LatestValue], at: datetime) -> tuple[Plot | None, str]:
    start_ms, end_ms = to_ms(at - SPAN), to_ms(at)
    try:
        found = samples_of([value.series for value in values], start_ms, end_ms)
    except InvalidInputError as error:
        return None, error.message
    series = [Samples(each.at_ms, each.values) for each in found]
    return plot_of(series, rule.threshold, start_ms=start_ms, end_ms=end_ms), ""


def _labels(value: LatestValue) -> dict[str, str]:
    return {**value.series.labels, SERVICE: value.series.service}


def _matches(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    return all(labels.get(name, "") == text for name, text in wanted.items())
