"""The fields of a rule that a person may set, as the API, the versions and the rule files write them."""

from collections.abc import Mapping
from typing import Any

from alerts.models import AlertRule

# In the order in which people read them: what is watched, when it fires, who is told.
WRITABLE = (
    "rule_name",
    "enabled",
    "metric_name",
    "expression",
    "label_matchers",
    "aggregation",
    "window_seconds",
    "minimum_samples",
    "combine",
    "group_by",
    "condition",
    "threshold",
    "recovery_threshold",
    "threshold_overrides",
    "duration",
    "keep_firing_for",
    "flap_firings",
    "no_data_policy",
    "severity",
    "notification_channels",
    "escalation_policy",
    "is_cause",
    "cooldown_minutes",
    "annotations",
)
# A plain rule says these even where they are what a new rule has: they are its gist.
_ALWAYS_SHOWN = frozenset({"rule_name", "metric_name", "condition", "threshold"})


def fields_of(rule: AlertRule) -> dict[str, Any]:
    """Return the fields as plain JSON values; an escalation policy is its name."""
    fields = {name: getattr(rule, name) for name in WRITABLE}
    if rule.escalation_policy is not None:
        fields["escalation_policy"] = rule.escalation_policy.name
    return with_floats(
        {name: str(value) if isinstance(value, str) else value for name, value in fields.items()}
    )


def default_fields() -> dict[str, Any]:
    """Return what a new rule has where nothing is said; its threshold is that of a composite rule, 0."""
    return fields_of(AlertRule(threshold=0.0))


def without_defaults(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields that say something, in reading order."""
    defaults = default_fields()
    shown = {"rule_name"} if fields["expression"] else _ALWAYS_SHOWN
    return {
        name: fields[name] for name in WRITABLE if name in shown or fields[name] != defaults[name]
    }


def with_floats(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with thresholds as floats; what is no number stays, for the checks to refuse.

    A JSON column gives a large number back as the whole number of its shortest digits: 5.061071914366323e+16
    returns as 50610719143663230, which is not what was written until it is a float again.
    """
    return {name: _as_float(name, value) for name, value in fields.items()}


def _as_float(name: str, value: Any) -> Any:
    if name in {"threshold", "recovery_threshold"}:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return float(value) if is_whole else value
    if name == "threshold_overrides" and isinstance(value, list):
        return [with_floats(each) if isinstance(each, dict) else each for each in value]
    return value


def in_reading_order(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields in reading order, which a JSON column does not keep; unknown ones come last."""
    known = [name for name in WRITABLE if name in fields]
    return {name: fields[name] for name in dict.fromkeys([*known, *fields])}
