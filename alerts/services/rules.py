"""Writes of rules: one version for each change, and no alert left open under terms that no longer hold."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from alerts.channels.registry import CHANNELS
from alerts.errors import RuleNameTakenError, RuleNotFoundError
from alerts.models import Alert, AlertRule
from alerts.services import transitions
from monitoring.errors import InvalidInputError

logger = logging.getLogger(__name__)

# What makes a breach a breach: an alert that was opened under another value of these says something untrue.
TERMS = frozenset(
    {"metric_name", "condition", "threshold", "duration", "severity", "label_matchers"}
)
# Named by the specification. A rule may ask for one before its channel is set up; the ledger says so for each message.
SPECIFIED_CHANNELS = frozenset({"email", "slack", "sms", "pagerduty"})


def create_rule(fields: Mapping[str, Any], *, by: str) -> AlertRule:
    """Create a rule from its column values; it is evaluated from the next evaluation on.

    Raises InvalidInputError naming the fields, or RuleNameTakenError.
    """
    rule = AlertRule(**fields)
    _store(rule, update_fields=None)
    logger.info("rule created", extra={"rule": rule.rule_name, "by": by})
    return rule


def update_rule(rule_id: UUID, changes: Mapping[str, Any], *, by: str, at: datetime) -> AlertRule:
    """Change the columns that `changes` names; what stays the same makes no new version.

    Where the terms change or the rule is switched off, its open alerts are closed with the reason, and who was
    told that they fire is told that they are over. Raises RuleNotFoundError, InvalidInputError, RuleNameTakenError.
    """
    with transaction.atomic():
        rule = _hold(rule_id)
        changed = [name for name, value in changes.items() if getattr(rule, name) != value]
        if not changed:
            return rule
        for name in changed:
            setattr(rule, name, changes[name])
        rule.version += 1
        # What the evaluation writes itself is left to it: a person's change must not set its memory back.
        _store(rule, update_fields=[*changed, *_begin_anew(rule, changed), "version", "updated_at"])
        reason = _reason_to_close(rule, changed)
        if reason:
            close_alerts(rule, reason=reason, at=at)
    logger.info("rule changed", extra={"rule": rule.rule_name, "by": by, "fields": sorted(changed)})
    return rule


def delete_rule(rule_id: UUID, *, by: str, at: datetime) -> None:
    """Close the rule's alerts and take it out of use; its row stays, because its alerts are history.

    Raises RuleNotFoundError.
    """
    with transaction.atomic():
        rule = _hold(rule_id)
        rule.deleted_at, rule.enabled, rule.version = at, False, rule.version + 1
        rule.save(update_fields=["deleted_at", "enabled", "version", "updated_at"])
        close_alerts(rule, reason="The rule was deleted.", at=at)
    logger.info("rule deleted", extra={"rule": rule.rule_name, "by": by})


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


def refuse_unknown_channels(names: Collection[str]) -> None:
    """Raise InvalidInputError if a channel is neither one of ours nor of the specification."""
    known = SPECIFIED_CHANNELS | set(CHANNELS)
    unknown = sorted(set(names) - known)
    if unknown:
        message = f"unknown: {', '.join(unknown)}; known are {', '.join(sorted(known))}"
        raise InvalidInputError(
            "Unknown notification channel", details={"notification_channels": [message]}
        )


def _hold(rule_id: UUID) -> AlertRule:
    """Lock the rule: an evaluation that is under way ends first, and the next one sees what was changed."""
    rule = AlertRule.objects.select_for_update(no_key=True).filter(pk=rule_id).first()
    if rule is None:
        raise RuleNotFoundError(f"no rule {rule_id}")
    return rule


def _store(rule: AlertRule, *, update_fields: Collection[str] | None) -> None:
    refuse_unknown_channels(rule.notification_channels)
    try:
        rule.full_clean(validate_constraints=False)
        with transaction.atomic():
            rule.save(force_insert=update_fields is None, update_fields=update_fields)
    except ValidationError as error:
        raise InvalidInputError("Invalid rule", details=error.message_dict) from error
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
    if "enabled" in changed and not rule.enabled:
        return "The rule was switched off."
    terms = sorted(TERMS.intersection(changed))
    return f"The rule was changed: {', '.join(terms)}." if terms else ""
