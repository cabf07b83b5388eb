"""Advice of the noise report proven: what a rule would have done in the last week with the terms that are proposed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from alerts.errors import RuleNotFoundError
from alerts.models import AlertRule, Backtest
from alerts.reports.advice import Advice
from alerts.reports.noise import NoiseReport
from alerts.reports.proofs import proof_of, proof_span, with_proofs
from alerts.reports.selectors import noise_at
from alerts.services.backtest_work import run_backtest
from alerts.services.backtests import Period, ask_backtest, backtest_by_id
from monitoring.errors import ConflictError, InvalidInputError


@dataclass(frozen=True, slots=True)
class Question:
    """Which advice is to be proven: that of the report of so many weeks, of one kind if the rule has several."""

    rule_id: UUID
    weeks: int
    kind: str = ""


def ask_proof(question: Question, *, by: str, at: datetime) -> Backtest:
    """Ask a backtest of what is advised; whoever asks again while it waits or runs is given the same one.

    Raises RuleNotFoundError, ConflictError where no such advice stands, InvalidInputError where several do, and what
    `ask_backtest` raises.
    """
    rule = _rule(question.rule_id)
    advice = _advice(question, rule, at)
    proof = proof_of(rule, advice.change)
    if proof is not None and proof.is_under_way:
        return backtest_by_id(proof.backtest_id)
    return _ask(rule.pk, advice.change, by=by, at=at)


def prove_all(report: NoiseReport, *, by: str, at: datetime) -> NoiseReport:
    """Try each piece of advice that proposes other terms, one by one and here; return the report with the proofs.

    One that a worker has taken meanwhile is still under way. Raises what `ask_backtest` raises.
    """
    for rule in report.rules:
        for advice in rule.advice:
            if advice.is_provable:
                run_backtest(_ask(rule.rule_id, advice.change, by=by, at=at).pk, at=at)
    return with_proofs(report)


def _ask(rule_id: UUID, change: Mapping[str, Any], *, by: str, at: datetime) -> Backtest:
    period = Period(at - proof_span(), at)
    return ask_backtest(change, period, rule_id=rule_id, by=by, at=at)


def _rule(rule_id: UUID) -> AlertRule:
    rule = AlertRule.objects.select_related("escalation_policy").filter(pk=rule_id).first()
    if rule is None:
        raise RuleNotFoundError(f"no rule {rule_id}")
    return rule


def _advice(question: Question, rule: AlertRule, at: datetime) -> Advice:
    report = noise_at(at, weeks=question.weeks, rule_id=rule.pk)
    provable = {
        str(each.kind): each for noise in report.rules for each in noise.advice if each.is_provable
    }
    if question.kind:
        provable = {kind: each for kind, each in provable.items() if kind == question.kind}
    if not provable:
        raise ConflictError(
            f"no advice to change the terms of {rule.rule_name} follows from its last {question.weeks} weeks"
        )
    if len(provable) > 1:
        message = f"say which advice to prove: {', '.join(provable)}"
        raise InvalidInputError("Several pieces of advice stand", details={"kind": [message]})
    return next(iter(provable.values()))
