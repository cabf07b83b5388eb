"""The row of a breach: what the rule says about it, frozen when it begins, and what was seen of it since."""

from copy import copy
from datetime import UTC, datetime

from alerts.models import Alert, AlertRule
from alerts.services.plan import Change

_LONGEST_TITLE = 255


def alert_after(change: Change, *, at: datetime) -> Alert:
    """Return the change's alert with what this evaluation saw, or an unsaved pending one if it begins now.

    It is a copy: where the database refuses a write, the same decision is carried out once more.
    """
    if change.alert is None:
        return _new(change, at)
    alert = copy(change.alert)
    alert.rule = change.rule
    alert.value = alert.value if change.value is None else change.value
    return alert


def _new(change: Change, at: datetime) -> Alert:
    rule, watched = change.rule, change.watched
    series = watched.latest.series if watched else None
    return Alert(
        rule=rule,
        source=Alert.Source.RULE,
        fingerprint=change.fingerprint,
        title=_title(rule),
        description=_description(rule, change.decision.no_data_since),
        severity=rule.severity,
        state=Alert.State.PENDING,
        service=series.service if series else "",
        labels=dict(series.labels) if series else {},
        value=change.value,
        threshold=rule.threshold,
        started_at=at,
        held_from=change.decision.held_from,
        no_data_since=change.decision.no_data_since,
        last_evaluated_at=at,
        notification_channels=list(rule.notification_channels),
    )


def _title(rule: AlertRule) -> str:
    return (rule.annotations.get("summary") or rule.rule_name)[:_LONGEST_TITLE]


def _description(rule: AlertRule, no_data_since: datetime | None) -> str:
    text: str = rule.annotations.get("description") or rule.terms
    if no_data_since is None:
        return text
    return f"{text}\nNo data since {no_data_since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC."
