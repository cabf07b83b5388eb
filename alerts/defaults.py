"""What a new installation starts with: the default rules, and what needs what."""

from django.conf import settings
from django.db import transaction

from alerts.default_dependencies import default_dependencies
from alerts.default_rules import DEFAULT_RULES, DefaultRule
from alerts.models import AlertRule, Dependency
from alerts.services.rule_checks import clean_rule
from alerts.watch.canary import RULE as CANARY_RULE


@transaction.atomic
def load_defaults() -> str:
    """Create the rules and dependencies that never were; what a person changed or deleted stays as it is.

    A rule of a person that has the name already is taken for the default one.
    """
    seen = set(AlertRule.with_deleted.exclude(seeded_as="").values_list("seeded_as", flat=True))
    taken = set(AlertRule.objects.values_list("rule_name", flat=True))
    wanted = (*DEFAULT_RULES, CANARY_RULE)
    missing = [rule for rule in wanted if rule.name not in seen | taken]
    AlertRule.objects.bulk_create([_row(rule) for rule in missing], ignore_conflicts=True)
    rules = f"alert rules: {len(missing)} created, {len(wanted) - len(missing)} kept"
    return f"{rules}; {_load_dependencies()}"


def _load_dependencies() -> str:
    """Create the missing ones; one that a person took away is still there, switched off."""
    wanted = default_dependencies(name for name, _ in settings.WATCHED_SERVICES.values())
    known = set(Dependency.objects.values_list("dependent", "upstream"))
    missing = [
        Dependency(dependent=dependent, upstream=upstream, seeded=True)
        for dependent, upstream in wanted
        if (dependent, upstream) not in known
    ]
    Dependency.objects.bulk_create(missing, ignore_conflicts=True)
    return f"dependencies: {len(missing)} created, {len(wanted) - len(missing)} kept"


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
        is_cause=rule.is_cause,
        flap_firings=rule.flap_firings,
        label_matchers=dict(rule.labels),
    )
    clean_rule(row)
    return row
