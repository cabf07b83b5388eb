"""Evaluates rules: a fixed number of queries for all of them, and one transaction for all that follows."""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.db import DataError, IntegrityError, transaction
from django.db.models import Q

from alerts.evaluation.matching import SeriesIndex
from alerts.evaluation.state import Action
from alerts.models import Alert, AlertRule
from alerts.services.plan import Change, plan_rule, watch_of
from alerts.services.transitions import carry_out
from monitoring.exposition.instruments import count
from monitoring.query.latest import latest_values

logger = logging.getLogger(__name__)

T = TypeVar("T")

# What an odd row or odd data raise. A database that is away, or time that is up, must end the whole evaluation.
ODD_DATA = (
    ArithmeticError,
    AttributeError,
    DataError,
    IntegrityError,
    LookupError,
    TypeError,
    ValueError,
)


def evaluate_rules(*, at: datetime, rule_ids: Collection[UUID] | None = None) -> list[int]:
    """Evaluate every enabled rule at `at`, or those of `rule_ids`; return the ids of messages owed now.

    Alert rows and the messages they owe are committed together. Of two evaluators each rule has one: what the
    other one holds is left to it, and a repeat for the same instant finds nothing to do. A rule that cannot be
    evaluated is logged, counted and left as it was; the others are not affected.
    """
    with transaction.atomic():
        rules = {rule.pk: rule for rule in _claim(at, rule_ids)}
        plans = _plan(rules.values(), at)
        owed = _carry_out_each(rules, plans, at)
        _remember([rules[rule_id] for rule_id in plans], at)
    return owed


def _claim(at: datetime, rule_ids: Collection[UUID] | None) -> list[AlertRule]:
    """Lock the rules for this evaluation; who changes or deletes a rule waits until it is over."""
    rules = AlertRule.objects.select_for_update(skip_locked=True, no_key=True)
    rules = rules.filter(enabled=True).exclude(last_evaluated_at=at)
    return list(rules if rule_ids is None else rules.filter(pk__in=rule_ids))


def _plan(rules: Collection[AlertRule], at: datetime) -> dict[UUID, list[Change]]:
    """Decide about all series of all rules; a rule whose row is odd is missing from the answer."""
    series = SeriesIndex(latest_values(metrics={rule.metric_name for rule in rules}))
    remembered = _remembered()
    plans: dict[UUID, list[Change]] = {}
    for rule in rules:
        own = remembered.get(rule.pk, {})
        plan = _isolated(rule, partial(_plan_one, rule, series, own, at))
        if plan is not None:
            plans[rule.pk] = plan
    return plans


def _plan_one(
    rule: AlertRule, series: SeriesIndex, remembered: Mapping[str, Alert], at: datetime
) -> list[Change]:
    watched = series.matching(rule.metric_name, rule.label_matchers)
    return [
        change
        for change in plan_rule(rule, watched, remembered, at=at)
        if change.decision.action is not Action.NOTHING
    ]


def _remembered() -> Mapping[UUID | None, Mapping[str, Alert]]:
    """Return the open and the snoozed alerts of all rules by fingerprint; open ones come last and win."""
    rows = Alert.objects.filter(~Q(state=Alert.State.RESOLVED) | Q(snoozed=True))
    found: dict[UUID | None, dict[str, Alert]] = defaultdict(dict)
    for alert in rows.exclude(rule=None).order_by("-snoozed"):
        found[alert.rule_id][alert.fingerprint] = alert
    return found


def _carry_out_each(
    rules: Mapping[UUID, AlertRule], plans: dict[UUID, list[Change]], at: datetime
) -> list[int]:
    """Write all decisions at once; if the database refuses any of them, write each rule's by itself.

    A rule whose decisions cannot be written is taken out of `plans`.
    """
    try:
        return _carry_out([change for plan in plans.values() for change in plan], at)
    except ODD_DATA:
        logger.exception("alert transitions refused, writing them rule by rule")
    owed: list[int] = []
    for rule_id, plan in list(plans.items()):
        ids = _isolated(rules[rule_id], partial(_carry_out, plan, at))
        if ids is None:
            del plans[rule_id]
        else:
            owed += ids
    return owed


def _carry_out(changes: Sequence[Change], at: datetime) -> list[int]:
    with transaction.atomic():
        return carry_out(changes, at=at)


def _remember(rules: Sequence[AlertRule], at: datetime) -> None:
    """Note that the rules were evaluated at `at`; the start of their run changes rarely."""
    _count_missed(rules, at)
    since: dict[datetime, list[UUID]] = defaultdict(list)
    for rule in rules:
        begun = watch_of(rule, at).since
        if begun != rule.watched_since:
            since[begun].append(rule.pk)
    AlertRule.objects.filter(pk__in=[rule.pk for rule in rules]).update(last_evaluated_at=at)
    for begun, ids in since.items():
        AlertRule.objects.filter(pk__in=ids).update(watched_since=begun)


def _count_missed(rules: Iterable[AlertRule], at: datetime) -> None:
    interval = settings.ALERT_EVALUATION_INTERVAL
    missed = sum(
        max(0, round((at - rule.last_evaluated_at) / interval) - 1)
        for rule in rules
        if rule.last_evaluated_at is not None
    )
    if missed:
        count("alert_rule_evaluations_missed_total", {}, missed)


def _isolated(rule: AlertRule, work: Callable[[], T]) -> T | None:
    """Do the work of one rule; None if its row or data make that impossible."""
    try:
        return work()
    except ODD_DATA:
        logger.exception("rule not evaluated", extra={"rule": rule.rule_name})
        count("alert_rule_evaluation_failures_total", {"rule_name": rule.rule_name})
        return None
