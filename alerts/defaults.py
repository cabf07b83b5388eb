"""What a new installation starts with: the default rules."""

from django.conf import settings
from django.db import transaction

from alerts.default_rules import DEFAULT_RULES, DefaultRule
from alerts.models import AlertRule


@transaction.atomic
def load_defaults() -> str:
    """Create the default rules that never were; one that a person changed, renamed or deleted stays as it is.

    A rule of a person that has the name already is taken for the default one.
    """
    seen = set(AlertRule.with_deleted.exclude(seeded_as="").values_list("seeded_as", flat=True))
    taken = set(AlertRule.objects.values_list("rule_name", flat=True))
    missing = [rule for rule in DEFAULT_RULES if rule.name not in seen | taken]
    AlertRule.objects.bulk_create([_row(rule) for rule in missing], ignore_conflicts=True)
    return f"alert rules: {len(missing)} created, {len(DEFAULT_RULES) - len(missing)} kept"


def _row(rule: DefaultRule) -> AlertRule:
    threshold = settings.RULE_THRESHOLDS.get(rule.name, rule.threshold)
    text = rule.description.format(threshold=f"{threshold:g}", minutes=rule.duration // 60)
    row = AlertRule(
        rule_name=rule.name,
        seeded_as=rule.name,
        metric_name=rule.metric,
        condition=rule.condition,
        threshold=threshold,
        duration=rule.duration,
        severity=rule.severity,
        enabled=rule.enabled,
        notification_channels=list(rule.channels),
        annotations={"summary": rule.summary, "description": text},
        no_data_policy=rule.no_data,
    )
    row.clean_fields()
    return row
