"""Reads the backtests that prove advice: those of the rule as it is, with nothing changed but what is advised."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F

from alerts.models import AlertRule, Backtest
from alerts.reports.advice import Advice
from alerts.reports.noise import WEEK, NoiseReport, RuleNoise
from alerts.reports.proof import Proof
from alerts.rule_fields import fields_of


def proof_span() -> timedelta:
    """Return the period that a proof looks at: a week, or all there is where samples go sooner."""
    return min(WEEK, settings.METRICS_RETENTION)


def with_proofs(report: NoiseReport) -> NoiseReport:
    """Return the report with the newest backtest beside each piece of advice that has one; two queries."""
    provable = [
        rule.rule_id for rule in report.rules if any(each.is_provable for each in rule.advice)
    ]
    if not provable:
        return report
    rules = AlertRule.objects.select_related("escalation_policy").in_bulk(provable)
    backtests = _backtests(provable)
    proven = [_proven(rule, rules.get(rule.rule_id), backtests) for rule in report.rules]
    return replace(report, rules=proven)


def proof_of(rule: AlertRule, change: Mapping[str, Any]) -> Proof | None:
    """Return the newest backtest of a change of the rule as it is now, None if nobody asked for one."""
    return _newest(rule, change, _backtests([rule.pk])[rule.pk])


def _proven(
    noise: RuleNoise, rule: AlertRule | None, backtests: Mapping[UUID, list[Any]]
) -> RuleNoise:
    if rule is None:
        return noise
    advice = [_with_proof(each, rule, backtests[noise.rule_id]) for each in noise.advice]
    return replace(noise, advice=advice)


def _with_proof(advice: Advice, rule: AlertRule, backtests: Iterable[Any]) -> Advice:
    proof = _newest(rule, advice.change, backtests) if advice.is_provable else None
    return replace(advice, proof=proof)


def _newest(rule: AlertRule, change: Mapping[str, Any], backtests: Iterable[Any]) -> Proof | None:
    """Return the first that tried exactly these terms."""
    changed = copy(rule)
    for name, value in change.items():
        setattr(changed, name, value)
    terms = fields_of(changed)
    return next((_proof(row) for row in backtests if row.terms == terms), None)


def _backtests(rule_ids: Iterable[UUID]) -> Mapping[UUID, list[Any]]:
    """Return those of the rules as they are now, over the span of a proof, the newest first, without their results."""
    as_now = Backtest.objects.filter(rule_id__in=rule_ids, rule_version=F("rule__version"))
    rows = (
        as_now.filter(end=F("start") + proof_span())
        .defer("result")
        .annotate(
            fired_before=F("result__current__firings"), fired_after=F("result__report__firings")
        )
        .order_by("-created_at", "id")
    )
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        if row.rule_id is not None:
            found[row.rule_id].append(row)
    return found


def _proof(row: Any) -> Proof:
    return Proof(
        backtest_id=row.pk,
        status=row.status,
        progress=row.progress,
        asked_at=row.created_at,
        days=(row.end - row.start).days,
        fired_before=row.fired_before,
        fired_after=row.fired_after,
        error=row.error,
    )
