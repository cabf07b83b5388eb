"""Makes the rules those of a file: what that would change, and the change itself in one transaction."""

import logging
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from alerts.errors import RuleChangedError
from alerts.models import AlertRule
from alerts.rule_changes import Present, RuleChange, SetPlan, plan_of
from alerts.rule_fields import default_fields, fields_of
from alerts.services import rule_rows
from alerts.services.rule_checks import clean_rule, columns_of
from alerts.services.rule_names import broken_expressions
from alerts.services.rules import keep_apart, new_rule
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

Fields = Mapping[str, Any]
Problems = dict[str, dict[str, list[str]]]  # by the rule's name, then by field


@dataclass(frozen=True, slots=True)
class _Set:
    """The rules that are wanted and those that there are, by name."""

    wanted: Mapping[str, Fields]
    present: Mapping[str, AlertRule]
    plan: SetPlan


def plan_rules(wanted: Sequence[Fields], *, prune: bool) -> SetPlan:
    """Return what would make the rules those that are wanted; nothing is written.

    A field that is not given has its default. Raises InvalidInputError with all that is wrong, in `details` by the
    name of the rule and by field; RuleInUseError if a rule that stays names one that would be deleted.
    """
    return _checked(wanted, prune=prune).plan


def apply_rules(
    wanted: Sequence[Fields],
    *,
    prune: bool,
    by: str,
    at: datetime,
    note: str,
    shown: SetPlan | None = None,
) -> SetPlan:
    """Make the rules those that are wanted, all or none; return what was done.

    `shown` is the plan that a person agreed to. Raises RuleChangedError if there is another one by now, and what
    `plan_rules` raises.
    """
    with transaction.atomic():
        keep_apart()
        rules = _checked(wanted, prune=prune)
        if shown is not None and shown != rules.plan:
            raise RuleChangedError(
                "The rules were changed since the plan was made: look at it again"
            )
        _write(rules, by=by, at=at, note=note)
    counts = {
        f"rules_{fate}": len(getattr(rules.plan, fate)) for fate in ("create", "change", "delete")
    }
    logger.info("rules applied", extra={**counts, "by": by, "note": note})
    return rules.plan


def present_fields() -> list[dict[str, Any]]:
    """Return the fields of all rules by name, as a file writes them."""
    return [fields_of(rule) for rule in _present().values()]


def _checked(wanted: Sequence[Fields], *, prune: bool) -> _Set:
    present = _present()
    problems: Problems = {}
    complete: dict[str, Fields] = {}
    for fields in wanted:
        try:
            complete[fields["rule_name"]] = fields_of(new_rule({**default_fields(), **fields}))
        except InvalidInputError as error:
            problems[fields["rule_name"]] = error.details
    plan = plan_of(
        complete.values(),
        {name: Present(rule.version, fields_of(rule)) for name, rule in present.items()},
        defaults=default_fields(),
        prune=prune,
    )
    rules = _Set(complete, present, plan)
    problems |= _problems(rules)
    if problems:
        raise InvalidInputError("Invalid rules", details=problems)
    return rules


def _problems(rules: _Set) -> Problems:
    """Return what is wrong with the rules that would be written; the others stand already."""
    after = [_after(rules, each) for each in (*rules.plan.create, *rules.plan.change)]
    problems: Problems = {}
    for rule in after:
        try:
            clean_rule(rule)
        except InvalidInputError as error:
            problems[rule.rule_name] = error.details
    gone = [rules.present[each.name].pk for each in rules.plan.delete]
    for name, fault in broken_expressions(after, gone=gone).items():
        problems.setdefault(name, {}).setdefault("expression", []).append(fault)
    return problems


def _after(rules: _Set, planned: RuleChange) -> AlertRule:
    """Return the rule as it would be, apart from the row that it has now."""
    fields = rules.wanted[planned.name]
    if planned.version is None:
        return new_rule(fields)
    rule = copy(rules.present[planned.name])
    for name, value in columns_of(fields).items():
        setattr(rule, name, value)
    return rule


def _write(rules: _Set, *, by: str, at: datetime, note: str) -> None:
    _lock([rules.present[each.name] for each in (*rules.plan.change, *rules.plan.delete)])
    for each in rules.plan.delete:
        rule_rows.remove(rules.present[each.name], by=by, at=at, note=f"deleted: {note}")
    for each in rules.plan.change:
        columns = columns_of(rules.wanted[each.name])
        rule_rows.change(rules.present[each.name], columns, by=by, at=at, note=note)
    for each in rules.plan.create:
        rule_rows.insert(new_rule(rules.wanted[each.name]), by=by, note=note)


def _lock(rules: Collection[AlertRule]) -> None:
    ids = [rule.pk for rule in rules]
    list(AlertRule.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk"))


def _present() -> dict[str, AlertRule]:
    rules = AlertRule.objects.select_related("escalation_policy").order_by("rule_name")
    return {rule.rule_name: rule for rule in rules}
