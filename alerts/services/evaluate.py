"""Evaluates rules: a fixed number of queries for all of them, and one transaction for all that follows."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

import numpy as np
from django.db import transaction

from alerts.models import AlertRule
from alerts.services import rulebook
from alerts.services.composite_plan import FiringNow, in_levels, operands_of, plan_composite
from alerts.services.evaluation_lock import be_the_evaluator
from alerts.services.evaluation_memory import Mask, Memory, recall
from alerts.services.isolation import ODD_DATA, isolated
from alerts.services.open_alerts import remembered_alerts
from alerts.services.plain_plan import plan_plain
from alerts.services.plan import Change, Remembered
from alerts.services.rulebook import CompiledRule, Rulebook
from alerts.services.transitions import carry_out
from monitoring.exposition.instruments import count

logger = logging.getLogger(__name__)


def evaluate_rules(*, at: datetime, rule_ids: Collection[UUID] | None = None) -> list[int]:
    """Evaluate every enabled rule at `at`, or those of `rule_ids`; return the ids of messages owed now.

    Alert rows and the messages they owe are committed together. While another evaluator is at work this one does
    nothing, and a repeat for the same instant finds nothing to do. A rule that cannot be evaluated is logged,
    counted and left as it was; the others are not affected.
    """
    with transaction.atomic():
        if not be_the_evaluator():
            logger.info("rules not evaluated: another evaluator is at work")
            return []
        book = rulebook.read(_compile)
        memory = recall(book)
        chosen = memory.due(at) & _asked(book, rule_ids)
        evaluation = _Evaluation(book, memory, at)
        evaluation.run(chosen)
        _count_missed(memory.missed(evaluation.evaluated, at))
        if rule_ids is None:
            memory.note_all(evaluation.evaluated, at)
        else:
            memory.note_by_themselves(evaluation.evaluated, at)
    return evaluation.owed


class _Evaluation:
    """One evaluation of some rules of a book: plain rules at first, then composite ones, level by level."""

    def __init__(self, book: Rulebook, memory: Memory, at: datetime) -> None:
        self.evaluated: Mask = np.zeros(len(book.rules), np.bool_)
        self.owed: list[int] = []
        self._book = book
        self._memory = memory
        self._at = at

    def run(self, chosen: Mask) -> None:
        """Decide about the chosen rules and write what is decided."""
        positions = np.flatnonzero(chosen).tolist()
        if not positions:
            return
        rules = self._book.rules
        remembered = remembered_alerts()
        plain = [each for each in positions if rules[each].expression is None]
        changes = self._carry_out(plan_plain(self._book, plain, self._memory, remembered, self._at))
        composite = {each: rules[each] for each in positions if rules[each].expression is not None}
        if composite:
            self._run_composite(composite, remembered, changes)

    def _run_composite(
        self,
        composite: Mapping[int, CompiledRule],
        remembered: Mapping[UUID, Mapping[str, Remembered]],
        changes: Collection[Change],
    ) -> None:
        """Decide about composite rules by what fires now that `changes` are written."""
        operands = operands_of([rule for rule in self._book.rules if rule.expression is not None])
        firing = FiringNow(operands.names, remembered)
        firing.apply(changes)
        for level in in_levels(composite, operands.graph):
            plans: dict[int, list[Change]] = {}
            for position in level:
                rule = composite[position]
                own, watch = remembered.get(rule.row.pk, {}), self._memory.watch(position, self._at)
                work = partial(plan_composite, rule, operands, firing, own, watch, self._at)
                plan = isolated(rule.row, work)
                if plan is not None:
                    plans[position] = plan
            firing.apply(self._carry_out(plans))

    def _carry_out(self, plans: Mapping[int, Sequence[Change]]) -> list[Change]:
        """Write all decisions at once; if the database refuses any of them, write each rule's by itself.

        Returns what was written; a rule whose decisions cannot be written does not count as evaluated.
        """
        everything = [change for plan in plans.values() for change in plan]
        try:
            self.owed += self._write(everything)
        except ODD_DATA:
            logger.exception("alert transitions refused, writing them rule by rule")
            return self._carry_out_each(plans)
        self.evaluated[list(plans)] = True
        return everything

    def _carry_out_each(self, plans: Mapping[int, Sequence[Change]]) -> list[Change]:
        written: list[Change] = []
        for position, plan in plans.items():
            owed = isolated(self._book.rules[position].row, partial(self._write, plan))
            if owed is not None:
                self.owed += owed
                self.evaluated[position] = True
                written += plan
        return written

    def _write(self, changes: Sequence[Change]) -> list[int]:
        if not changes:
            return []
        with transaction.atomic():
            return carry_out(changes, at=self._at)


def _compile(row: AlertRule) -> CompiledRule | None:
    return isolated(row, partial(rulebook.compiled, row))


def _asked(book: Rulebook, rule_ids: Collection[UUID] | None) -> Mask:
    if rule_ids is None:
        return np.ones(len(book.rules), np.bool_)
    wanted = set(rule_ids)
    return np.array([rule.row.pk in wanted for rule in book.rules], np.bool_)


def _count_missed(missed: int) -> None:
    if missed:
        count("alert_rule_evaluations_missed_total", {}, missed)
