"""Rules tried on the past: asked for here, carried out by a worker (backtest_work)."""

import logging
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from alerts.errors import BacktestNotFoundError, RuleNotFoundError
from alerts.models import AlertRule, Backtest
from alerts.models.backtest import BacktestStatus
from alerts.rule_fields import fields_of
from alerts.services.rule_checks import clean_rule, columns_of
from alerts.services.rule_names import refuse_broken_expression
from alerts.services.rules import new_rule
from monitoring.errors import ConflictError, InvalidInputError

logger = logging.getLogger(__name__)

# Longer ones are asked for part by part: a worker must be free again before its time is up.
LONGEST = timedelta(days=31)
MOST_WAITING = 20
_UNFINISHED = (BacktestStatus.QUEUED, BacktestStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class Period:
    """From the first evaluation to the last one."""

    start: datetime
    end: datetime


def ask_backtest(
    fields: Mapping[str, Any], period: Period, *, rule_id: UUID | None, by: str, at: datetime
) -> Backtest:
    """Write down that a rule is to be tried on a period; a worker does it.

    With `rule_id` the fields are changes of that rule, and the result says what they would have changed. Raises
    InvalidInputError naming the fields, RuleNotFoundError, or ConflictError while too many wait.
    """
    _check(period, at)
    rule = _stored(rule_id)
    tried = new_rule(fields) if rule is None else _changed(rule, fields)
    clean_rule(tried)
    refuse_broken_expression(tried)
    with transaction.atomic():
        if Backtest.objects.filter(status__in=_UNFINISHED).count() >= MOST_WAITING:
            raise ConflictError(
                f"{MOST_WAITING} backtests wait already; ask again once some are done"
            )
        backtest = Backtest.objects.create(
            rule=rule,
            rule_version=rule.version if rule else None,
            terms=fields_of(tried),
            start=period.start,
            end=period.end,
            asked_by=by,
        )
    logger.info("backtest asked for", extra={"backtest": str(backtest.pk), "by": by})
    return backtest


def backtest_by_id(backtest_id: UUID) -> Backtest:
    """Return one backtest. Raises BacktestNotFoundError."""
    backtest = Backtest.objects.select_related("rule").filter(pk=backtest_id).first()
    if backtest is None:
        raise BacktestNotFoundError(f"no backtest {backtest_id}")
    return backtest


def _stored(rule_id: UUID | None) -> AlertRule | None:
    if rule_id is None:
        return None
    rule = AlertRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise RuleNotFoundError(f"no rule {rule_id}")
    return rule


def _changed(rule: AlertRule, fields: Mapping[str, Any]) -> AlertRule:
    """Return the rule as it would be; the one at hand stays as it is."""
    changed = copy(rule)
    for name, value in columns_of(fields).items():
        setattr(changed, name, value)
    return changed


def _check(period: Period, at: datetime) -> None:
    problems: dict[str, list[str]] = {}
    if period.start >= period.end:
        problems["end"] = ["must be after start"]
    if period.end - period.start > LONGEST:
        problems["start"] = [f"at most {LONGEST.days} days before end"]
    if period.end > at:
        problems["end"] = ["must not lie in the future"]
    if period.start < at - settings.METRICS_RETENTION:
        problems["start"] = [f"samples are kept for {settings.METRICS_RETENTION.days} days"]
    if problems:
        raise InvalidInputError("Invalid period", details=problems)
