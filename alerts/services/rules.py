"""Writes of rules: one version for each change, and no alert left open under terms that no longer hold."""

import logging
from collections.abc import Mapping
from copy import copy
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from alerts.errors import RuleChangedError, RuleNotFoundError
from alerts.models import AlertRule
from alerts.rule_fields import WRITABLE, default_fields
from alerts.services import rule_rows
from alerts.services.evaluation_lock import hold_still
from alerts.services.rule_checks import clean_rule, columns_of
from alerts.services.rule_names import (
    be_the_only_writer,
    refuse_broken_expression,
    refuse_if_used,
)
from alerts.services.rule_versions import version_of

logger = logging.getLogger(__name__)


def create_rule(fields: Mapping[str, Any], *, by: str, note: str = "") -> AlertRule:
    """Create a rule from its column values; it is evaluated from the next evaluation on.

    Raises InvalidInputError naming the fields, or RuleNameTakenError.
    """
    with transaction.atomic():
        keep_apart()
        rule = new_rule(fields)
        clean_rule(rule)
        refuse_broken_expression(rule)
        rule_rows.insert(rule, by=by, note=note)
    logger.info("rule created", extra={"rule": rule.rule_name, "by": by})
    return rule


def new_rule(fields: Mapping[str, Any]) -> AlertRule:
    """Return a rule that is not stored yet; a composite one compares no value and needs no threshold."""
    columns = columns_of(fields)
    if columns.get("expression"):
        columns = {"threshold": 0.0, **columns}
    return AlertRule(**columns)


def update_rule(
    rule_id: UUID,
    changes: Mapping[str, Any],
    *,
    by: str,
    at: datetime,
    expected_version: int | None = None,
    note: str = "",
) -> AlertRule:
    """Change the columns that `changes` names; what stays the same makes no new version.

    Where the terms change or the rule is switched off, its open alerts are closed with the reason, and who was
    told that they fire is told that they are over. Raises RuleNotFoundError, RuleChangedError if the version is not
    the expected one, InvalidInputError, RuleNameTakenError, or RuleInUseError if an expression has its old name.
    """
    with transaction.atomic():
        rule = hold(rule_id, expected_version)
        columns = columns_of(changes)
        changed = rule_rows.changed_fields(rule, columns)
        if not changed:
            return rule
        _refuse_wrong_change(rule, columns)
        rule_rows.change(rule, columns, by=by, at=at, note=note)
    logger.info("rule changed", extra={"rule": rule.rule_name, "by": by, "fields": sorted(changed)})
    return rule


def delete_rule(
    rule_id: UUID, *, by: str, at: datetime, expected_version: int | None = None
) -> None:
    """Close the rule's alerts and take it out of use; its row stays, because its alerts are history.

    Raises RuleNotFoundError, RuleChangedError, or RuleInUseError if an expression names it.
    """
    with transaction.atomic():
        rule = hold(rule_id, expected_version)
        refuse_if_used(rule.rule_name, doing="deleted")
        rule_rows.remove(rule, by=by, at=at)
    logger.info("rule deleted", extra={"rule": rule.rule_name, "by": by})


def roll_back_rule(
    rule_id: UUID, version: int, *, by: str, at: datetime, expected_version: int | None = None
) -> AlertRule:
    """Give a rule the fields that it had in a version, as a new version; a deleted rule comes back.

    Fields that the version does not know yet get their defaults. A rule that says the same already is left alone.
    Raises RuleNotFoundError, RuleVersionNotFoundError and what `update_rule` raises.
    """
    with transaction.atomic():
        rule = hold(rule_id, expected_version, deleted=True)
        earlier = version_of(rule_id, version).fields
        fields = {name: {**default_fields(), **earlier}[name] for name in WRITABLE}
        columns = columns_of({**fields, "deleted_at": None})
        if not rule_rows.changed_fields(rule, columns):
            return rule
        _refuse_wrong_change(rule, columns)
        rule_rows.change(rule, columns, by=by, at=at, note=f"rolled back to version {version}")
    logger.info("rule rolled back", extra={"rule": rule.rule_name, "by": by, "to": version})
    return rule


def keep_apart() -> None:
    """Let no evaluation and nobody else who changes rules run until the transaction ends."""
    hold_still()
    be_the_only_writer()


def hold(rule_id: UUID, expected_version: int | None = None, *, deleted: bool = False) -> AlertRule:
    """Lock a rule. Raises RuleNotFoundError, or RuleChangedError if its version is not the expected one."""
    keep_apart()
    rules = AlertRule.with_deleted if deleted else AlertRule.objects
    rule = rules.select_for_update(no_key=True).filter(pk=rule_id).first()
    if rule is None:
        raise RuleNotFoundError(f"no rule {rule_id}")
    if expected_version not in {None, rule.version}:
        raise RuleChangedError(
            f"{rule.rule_name} was changed: it has version {rule.version} now, not {expected_version}",
            details={"version": rule.version},
        )
    return rule


def _refuse_wrong_change(rule: AlertRule, columns: Mapping[str, Any]) -> None:
    """Check the rule as it will be; the one at hand keeps its values, because its present version may be unrecorded."""
    after = copy(rule)
    for name, value in columns.items():
        setattr(after, name, value)
    clean_rule(after)
    refuse_broken_expression(after)
    if after.rule_name != rule.rule_name and rule.deleted_at is None:
        refuse_if_used(rule.rule_name, doing="renamed")
