"""What an SLA report says, as JSON values: frozen once, and every format is made of it; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from health.reports.budgets import Budget
from health.reports.periods import Span
from health.reports.stretches import Flip, Stretch, flips_of
from health.sla.accounting import Spans
from health.sla.figures import SlaFigures, uptime_percent

VERSION = 1
"""Of the JSON: a reader of old reports goes by it."""
_MOST_REASON = 200


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """One service in the period of a report."""

    whole: SlaFigures
    slices: Sequence[SlaFigures] = ()
    outages: Sequence[Stretch] = ()
    maintenance: Sequence[Stretch] = ()
    flips: Sequence[Flip] = ()
    budgets: Sequence[Budget] = field(default_factory=tuple)


def header(
    kind: str, period: str, span: Span, *, made_at: datetime, settled: bool
) -> dict[str, Any]:
    """Return what every report begins with. `settled`: nothing that came late can change it any more.

    `made_at` is left out where it is settled: the same past gives the same report whenever it is made.
    """
    begins: dict[str, Any] = {
        "version": VERSION,
        "kind": kind,
        "period": period,
        "start": span.start.isoformat(),
        "end": span.end.isoformat(),
        "settled": settled,
    }
    return begins if settled else {**begins, "made_at": made_at.isoformat()}


def sla_contents(begins: Mapping[str, Any], services: Sequence[ServiceFacts]) -> dict[str, Any]:
    """Return the whole report; services by name."""
    told = [
        _service(facts) for facts in sorted(services, key=lambda facts: facts.whole.promise.service)
    ]
    return {**begins, "totals": _totals(told), "services": told}


def _service(facts: ServiceFacts) -> dict[str, Any]:
    promise = facts.whole.promise
    return {
        "name": promise.service,
        "service_name": promise.service_name,
        "availability_target_percent": _exact(promise.target_percent),
        "latency_target_ms": promise.latency_target_ms,
        **_figures(facts.whole),
        "coverage_percent": _percent(facts.whole.coverage),
        "allowed_down_ms": _allowed_ms(facts.whole.spans, promise.target_percent),
        "slices": [
            {"start": each.start.isoformat(), "end": each.end.isoformat(), **_figures(each)}
            for each in facts.slices
        ],
        "downtimes": [_outage(stretch, facts.flips) for stretch in facts.outages],
        "maintenance": [_stretch(stretch) for stretch in facts.maintenance],
        "slos": [_budget(budget) for budget in facts.budgets],
    }


def _figures(figures: SlaFigures) -> dict[str, Any]:
    spans, totals = figures.spans, figures.totals
    return {
        "met": figures.is_met,
        "uptime_percent": _exact(figures.uptime_percent),
        "p95_ms": _number(figures.p95_ms),
        "p99_ms": _number(figures.p99_ms),
        "latency_source": figures.latency_source,
        "violations": totals.violations,
        "up_ms": spans.up_ms,
        "down_ms": spans.down_ms,
        "unknown_ms": spans.unknown_ms,
        "maintenance_ms": spans.maintenance_ms,
        "degraded_ms": spans.degraded_ms,
        "total_requests": totals.requests,
        "failed_requests": totals.failed_requests,
    }


def _totals(services: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    up, down = (sum(each[name] for each in services) for name in ("up_ms", "down_ms"))
    return {
        "services": len(services),
        "met": sum(each["met"] is True for each in services),
        "missed": sum(each["met"] is False for each in services),
        "not_measured": sum(each["met"] is None for each in services),
        "uptime_percent": _exact(uptime_percent(Spans(up_ms=up, down_ms=down))),
        "up_ms": up,
        "down_ms": down,
        "downtimes": sum(len(each["downtimes"]) for each in services),
        "violations": sum(each["violations"] for each in services),
    }


def _allowed_ms(spans: Spans, target_percent: Decimal) -> int:
    """Return the downtime that the target allows in the time that was measured, in whole ms rounded down."""
    return int(spans.measured_ms * (100 - target_percent) / 100)


def _outage(stretch: Stretch, flips: Sequence[Flip]) -> dict[str, Any]:
    declared = flips_of(stretch, flips)
    return {
        **_stretch(stretch),
        "declared_at": [flip.at.isoformat() for flip in declared],
        "reason": next((flip.reason for flip in declared if flip.reason), "")[:_MOST_REASON],
    }


def _stretch(stretch: Stretch) -> dict[str, Any]:
    return {
        "start": stretch.start.isoformat(),
        "end": stretch.end.isoformat(),
        "lasted_ms": stretch.lasted_ms,
    }


def _budget(budget: Budget) -> dict[str, Any]:
    return {
        "name": budget.name,
        "kind": budget.kind,
        "unit": budget.unit,
        "threshold_ms": budget.threshold_ms,
        "target_percent": _exact(budget.target_percent),
        "compliance_percent": _exact(budget.compliance_percent),
        "remaining_percent": _exact(budget.remaining_percent),
        "allowed": int(budget.allowed),
        "spent": budget.spent,
        "total": budget.total,
        "met": budget.met,
    }


def _exact(number: Decimal | None) -> str | None:
    """Return a decimal as text without zeros at its end: as a double it would not be what it is."""
    if number is None:
        return None
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _percent(share: Decimal | None) -> str | None:
    return None if share is None else _exact(share * 100)


def _number(milliseconds: Decimal | None) -> float | None:
    return None if milliseconds is None else float(milliseconds)
