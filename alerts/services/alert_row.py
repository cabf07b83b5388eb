"""The row of a breach: what the rule says about it, frozen when it begins, and what was seen of it since."""

from collections.abc import Collection
from datetime import UTC, datetime

from alerts.models import Alert, AlertRule
from alerts.services.plan import Change
from alerts.watch.canary import RULE as CANARY_RULE

_LONGEST_TITLE = 255


def new_alert(change: Change, *, at: datetime) -> Alert:
    """Return an unsaved pending alert for a breach that begins now."""
    rule, subject = change.rule, change.subject
    return Alert(
        rule=rule,
        source=_source(rule),
        fingerprint=change.fingerprint,
        title=_title(rule),
        description=_description(rule, change.decision.no_data_since),
        severity=rule.severity,
        state=Alert.State.PENDING,
        service=subject.service if subject else "",
        labels=dict(subject.labels) if subject else {},
        value=change.value,
        threshold=change.threshold,
        started_at=at,
        held_from=change.decision.held_from,
        no_data_since=change.decision.no_data_since,
        last_evaluated_at=at,
        notification_channels=list(rule.notification_channels),
    )


def stored_alerts(changes: Collection[Change]) -> list[Alert]:
    """Return the rows of alerts that exist already, as they are after what was seen of them is recorded.

    They are read anew each time: where the database refuses a write, the same decision is carried out once more.
    """
    rules = {change.alert.pk: change.rule for change in changes if change.alert}
    if not rules:
        return []
    stored = Alert.objects.in_bulk(list(rules))
    alerts = [stored[pk] for pk in rules if pk in stored]
    for alert in alerts:
        alert.rule = rules[alert.pk]
    return alerts


def _source(rule: AlertRule) -> str:
    """Tell the canary's alerts apart: they measure the road and are no news to anybody."""
    return Alert.Source.CANARY if rule.seeded_as == CANARY_RULE.name else Alert.Source.RULE


def _title(rule: AlertRule) -> str:
    return (rule.annotations.get("summary") or rule.rule_name)[:_LONGEST_TITLE]


def _description(rule: AlertRule, no_data_since: datetime | None) -> str:
    text: str = rule.annotations.get("description") or rule.terms
    if no_data_since is None:
        return text
    return f"{text}\nNo data since {no_data_since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC."
