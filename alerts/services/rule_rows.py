"""Writes one rule's row, the version that it makes, and the end of what is open under terms that no longer hold.

The caller holds the evaluation still and has checked the rule.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from alerts.errors import RuleNameTakenError
from alerts.models import Alert, AlertRule
from alerts.services import transitions
from alerts.services.rule_versions import record_first_known, record_version

# What makes a breach a breach: an alert that was opened under another value of these says something untrue.
TERMS = frozenset(
    {
        "metric_name",
        "expression",
        "aggregation",
        "window_seconds",
        "minimum_samples",
        "combine",
        "group_by",
        "condition",
        "threshold",
        "threshold_overrides",
        "duration",
        "severity",
        "label_matchers",
    }
)


def insert(rule: AlertRule, *, by: str, note: str = "") -> None:
    """Write a new rule and its first version. Raises RuleNameTakenError."""
    _save(rule, update_fields=None)
    record_version(rule, by=by, at=rule.created_at, note=note)


def changed_fields(rule: AlertRule, changes: Mapping[str, Any]) -> list[str]:
    """Return the names of the columns in `changes` that differ from the rule's."""
    return [name for name, value in changes.items() if getattr(rule, name) != value]


def change(
    rule: AlertRule, changes: Mapping[str, Any], *, by: str, at: datetime, note: str = ""
) -> list[int]:
    """Write columns that differ and the version that they make; return the ids of messages owed now.

    `rule` still has the values from before. Raises RuleNameTakenError.
    """
    record_first_known(rule)
    changed = changed_fields(rule, changes)
    for name in changed:
        setattr(rule, name, changes[name])
    rule.version += 1
    # What the evaluation writes itself is left to it: a person's change must not set its memory back.
    _save(rule, update_fields=[*changed, *_begin_anew(rule, changed), "version", "updated_at"])
    record_version(rule, by=by, at=at, note=note)
    reason = _reason_to_close(rule, changed)
    return close_alerts(rule, reason=reason, at=at) if reason else []


def remove(rule: AlertRule, *, by: str, at: datetime, note: str = "deleted") -> list[int]:
    """Take a rule out of use and end what is open under it; return the ids of messages owed now."""
    changes = {"deleted_at": at, "enabled": False}
    return change(rule, changes, by=by, at=at, note=note)


def close_alerts(rule: AlertRule, *, reason: str, at: datetime) -> list[int]:
    """End all that is open under a rule that the caller holds; return the ids of messages owed now.

    Pending alerts disappear, since nobody was told of them. Series that a person resolved are no longer held.
    """
    rows = Alert.objects.filter(rule=rule)
    rows.filter(state=Alert.State.PENDING).delete()
    rows.filter(snoozed=True).update(snoozed=False, updated_at=at)
    firing = list(rows.filter(state=Alert.State.FIRING).select_for_update())
    for alert in firing:
        alert.rule = rule
    return transitions.resolve(firing, at=at, note=reason)


def _save(rule: AlertRule, *, update_fields: Collection[str] | None) -> None:
    try:
        with transaction.atomic():
            rule.save(force_insert=update_fields is None, update_fields=update_fields)
    except IntegrityError as error:
        if "alert_rules_name_once" not in str(error):
            raise
        raise RuleNameTakenError(
            f"a rule named {rule.rule_name} exists already", details={"rule_name": rule.rule_name}
        ) from error


def _begin_anew(rule: AlertRule, changed: Collection[str]) -> list[str]:
    """Make a rule that is switched forget when it was last evaluated: the time in which it is off is no outage."""
    if "enabled" not in changed:
        return []
    rule.last_evaluated_at = rule.watched_since = None
    return ["last_evaluated_at", "watched_since"]


def _reason_to_close(rule: AlertRule, changed: Sequence[str]) -> str:
    if "deleted_at" in changed and rule.deleted_at is not None:
        return "The rule was deleted."
    if "enabled" in changed and not rule.enabled:
        return "The rule was switched off."
    terms = sorted(TERMS.intersection(changed))
    return f"The rule was changed: {', '.join(terms)}." if terms else ""
