"""Composite rules: what they make of the alerts of other rules that fire after these were evaluated."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from alerts.composites import Graph, fault_of, levels
from alerts.evaluation.grouping import Subject, projection, subject_of
from alerts.evaluation.reading import Reading, Signal
from alerts.evaluation.state import Action, Phase, next_state
from alerts.evaluation.watch import Watch
from alerts.models import AlertRule
from alerts.services.plan import Change, Remembered
from alerts.services.rulebook import CompiledRule


class FiringNow:
    """What fires, by name of the rule: at first what is remembered, then what each plan makes of it."""

    def __init__(
        self, names: Mapping[UUID, str], remembered: Mapping[UUID, Mapping[str, Remembered]]
    ) -> None:
        """Take the alerts of the rules that are named, by id of the rule and fingerprint."""
        self._subjects: dict[str, dict[str, Subject]] = {}
        for rule_id, name in names.items():
            self._subjects[name] = {
                fingerprint: alert.subject
                for fingerprint, alert in remembered.get(rule_id, {}).items()
                if alert.open.phase is Phase.FIRING
            }

    def of(self, name: str) -> Iterable[Subject]:
        """Return what the alerts of the rule that fire are about."""
        return self._subjects.get(name, {}).values()

    def apply(self, changes: Iterable[Change]) -> None:
        """Take over what was written."""
        for change in changes:
            firing = self._subjects.get(change.rule.rule_name)
            if firing is None:
                continue
            if change.decision.action is Action.FIRE:
                firing[change.fingerprint] = _subject(change)
            elif change.decision.action is Action.RESOLVE:
                firing.pop(change.fingerprint, None)


class Operands(NamedTuple):
    """The rules that composite ones name: their names by id, and what stands on what."""

    names: Mapping[UUID, str]
    graph: Graph


def operands_of(rules: Collection[CompiledRule]) -> Operands:
    """Return what the expressions are about; rules that are switched off are there too, they just do not fire."""
    graph = {rule.row.rule_name: rule.expression.names() for rule in rules if rule.expression}
    wanted = {name for names in graph.values() for name in names}
    return Operands(
        dict(AlertRule.objects.filter(rule_name__in=wanted).values_list("pk", "rule_name")), graph
    )


def in_levels(rules: Mapping[int, CompiledRule], graph: Graph) -> list[list[int]]:
    """Return the keys of composite rules in the order in which they can be evaluated, level by level."""
    by_level: dict[int, list[int]] = defaultdict(list)
    for key, rule in rules.items():
        by_level[levels(graph, rule.row.rule_name)].append(key)
    return [by_level[level] for level in sorted(by_level)]


def plan_composite(
    rule: CompiledRule,
    operands: Operands,
    firing: FiringNow,
    remembered: Mapping[str, Remembered],
    watch: Watch,
    at: datetime,
) -> list[Change]:
    """Decide about each group of firing alerts that agree in the labels of `group_by`, and about what is remembered.

    Raises ValueError if the expression names a rule that is not there, or the rule itself by a detour.
    """
    fault = fault_of(operands.graph, rule.row.rule_name, set(operands.names.values()))
    if fault:
        raise ValueError(fault)
    holding = {subject.fingerprint: subject for subject in _holding(rule, firing)}
    changes = []
    for fingerprint in dict.fromkeys([*holding, *remembered]):
        alert, subject = remembered.get(fingerprint), holding.get(fingerprint)
        reading = Reading(Signal.OVER if subject is None else Signal.BREACH)
        opened = alert.open if alert else None
        decision = next_state(opened, reading, rule.terms, watch, at)
        if decision.action is not Action.NOTHING:
            changes.append(Change(rule.row, fingerprint, decision, subject, alert))
    return changes


def _holding(rule: CompiledRule, firing: FiringNow) -> list[Subject]:
    """Return the groups of firing alerts of which the expression holds."""
    expression, group_by = rule.expression, rule.row.group_by
    if expression is None:
        return []
    groups: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for name in sorted(expression.names()):
        for subject in firing.of(name):
            groups[projection(subject.service, subject.labels, group_by)].add(name)
    return [
        subject_of(group_by, values) for values, names in groups.items() if expression.holds(names)
    ]


def _subject(change: Change) -> Subject:
    if change.subject is not None:
        return change.subject
    return change.alert.subject if change.alert else Subject(change.fingerprint, "", {})
