"""What a rule said, version by version: recorded with each change, listed, compared, taken up again."""

from datetime import datetime
from uuid import UUID

from alerts.errors import RuleNotFoundError, RuleVersionNotFoundError
from alerts.models import AlertRule, RuleVersion
from alerts.rule_changes import FieldChange, changes_between
from alerts.rule_fields import fields_of, in_reading_order

_LONGEST = 255  # characters of the columns for names and notes
_FIRST_KNOWN = "as it stood before its first recorded change"


def record_version(rule: AlertRule, *, by: str, at: datetime, note: str = "") -> RuleVersion:
    """Add the row for the version that the rule has now, in the transaction that wrote the rule."""
    version = _version_now(rule, at)
    version.changed_by, version.note = by[:_LONGEST], note[:_LONGEST]
    version.save(force_insert=True)
    return version


def record_first_known(rule: AlertRule) -> None:
    """Add the row for a rule that nobody has changed so far, such as a default one; to be called before a change."""
    if not RuleVersion.objects.filter(rule=rule, version=rule.version).exists():
        record_version(rule, by="", at=rule.updated_at, note=_FIRST_KNOWN)


def versions_of(rule_id: UUID) -> list[RuleVersion]:
    """Return all versions of a rule, deleted or not, the newest first.

    A rule whose present version was never recorded begins with that one, unsaved. Raises RuleNotFoundError.
    """
    rule = AlertRule.with_deleted.select_related("escalation_policy").filter(pk=rule_id).first()
    if rule is None:
        raise RuleNotFoundError(f"no rule {rule_id}")
    recorded = list(RuleVersion.objects.filter(rule=rule).order_by("-version"))
    if recorded and recorded[0].version == rule.version:
        return recorded
    return [_version_now(rule, rule.updated_at), *recorded]


def version_of(rule_id: UUID, version: int) -> RuleVersion:
    """Return one version of a rule. Raises RuleNotFoundError or RuleVersionNotFoundError."""
    for each in versions_of(rule_id):
        if each.version == version:
            return each
    raise RuleVersionNotFoundError(f"rule {rule_id} has no version {version}")


def diff(rule_id: UUID, before: int, after: int) -> tuple[FieldChange, ...]:
    """Return the fields in which two versions differ. Raises RuleNotFoundError or RuleVersionNotFoundError."""
    earlier, later = version_of(rule_id, before), version_of(rule_id, after)
    return changes_between(in_reading_order(earlier.fields), in_reading_order(later.fields))


def _version_now(rule: AlertRule, at: datetime) -> RuleVersion:
    return RuleVersion(rule=rule, version=rule.version, fields=fields_of(rule), changed_at=at)
