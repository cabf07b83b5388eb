"""Fields of one rule that contradict each other. Pure: the fields as the API writes them go in, words come out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Fields = Mapping[str, Any]
Problems = list[tuple[str, str]]  # field and what is wrong with it

MAX_GROUP_LABELS = 16
MAX_LABEL_NAME = 64
_FIRES_ABOVE = frozenset({">", ">="})
_FIRES_BELOW = frozenset({"<", "<="})
# What a composite rule cannot have, since it watches rules and no samples; at these values it says nothing.
WITHOUT_SAMPLES: Mapping[str, Any] = {
    "aggregation": "last",
    "window_seconds": 0,
    "minimum_samples": 0,
    "combine": "",
    "label_matchers": {},
    "condition": ">",
    "threshold": 0,
    "recovery_threshold": None,
    "threshold_overrides": [],
    "no_data_policy": "keep",
}


def contradictions(fields: Fields) -> dict[str, list[str]]:
    """Return what is wrong with fields that are each right by themselves, by field; nothing if all agree."""
    checks: Sequence[Callable[[Fields], Problems]]
    if fields["metric_name"] and fields["expression"]:
        checks = (_two_subjects,)
    elif fields["expression"]:
        checks = (_surplus, _group_labels)
    elif fields["metric_name"]:
        checks = (_window, _samples, _groups, _group_labels, _recovery, _overrides)
    else:
        checks = (_no_subject,)
    found: dict[str, list[str]] = {}
    for check in checks:
        for field, problem in check(fields):
            found.setdefault(field, []).append(problem)
    return found


def _two_subjects(_fields: Fields) -> Problems:
    return [("expression", "a rule watches a metric or other rules, not both")]


def _no_subject(_fields: Fields) -> Problems:
    return [("metric_name", "a rule needs a metric, or an expression over other rules")]


def _surplus(fields: Fields) -> Problems:
    return [
        (field, f"a composite rule watches rules and no samples: leave it at {_shown(nothing)}")
        for field, nothing in WITHOUT_SAMPLES.items()
        if fields[field] != nothing
    ]


def _shown(value: Any) -> str:
    return "none" if value in ("", None) else str(value)


def _window(fields: Fields) -> Problems:
    newest_only = fields["aggregation"] == "last"
    if newest_only and fields["window_seconds"]:
        return [("window_seconds", "the newest value (last) has no window: leave it at 0")]
    if not newest_only and not fields["window_seconds"]:
        return [("window_seconds", f"{fields['aggregation']} needs a window in seconds")]
    return []


def _samples(fields: Fields) -> Problems:
    if not fields["minimum_samples"]:
        return []
    if not fields["window_seconds"]:
        return [("minimum_samples", "counts the samples of a window, and there is none")]
    if fields["aggregation"] == "absent":
        return [("minimum_samples", "absent fires because there are no samples: leave it at 0")]
    return []


def _groups(fields: Fields) -> Problems:
    if fields["group_by"] and not fields["combine"]:
        return [
            ("group_by", "tells the groups of `combine` apart: say how their series are combined")
        ]
    return []


def _group_labels(fields: Fields) -> Problems:
    names = fields["group_by"]
    if len(names) > MAX_GROUP_LABELS:
        return [("group_by", f"at most {MAX_GROUP_LABELS} labels")]
    if len(set(names)) < len(names):
        return [("group_by", "names a label twice")]
    if not all(0 < len(name) <= MAX_LABEL_NAME for name in names):
        return [("group_by", f"a label name has 1 to {MAX_LABEL_NAME} characters")]
    return []


def _recovery(fields: Fields) -> Problems:
    problem = _wrong_side(fields["condition"], fields["threshold"], fields["recovery_threshold"])
    return [("recovery_threshold", problem)] if problem else []


def _overrides(fields: Fields) -> Problems:
    found = []
    seen: list[Any] = []
    for number, override in enumerate(fields["threshold_overrides"], start=1):
        problem = _override(override, fields, seen)
        if problem:
            found.append(("threshold_overrides", f"override {number}: {problem}"))
        seen.append(override["labels"])
    return found


def _override(override: Fields, fields: Fields, seen: Sequence[Any]) -> str:
    labels = override["labels"]
    if labels in seen:
        return "an earlier one has the same labels, so this one never counts"
    lost = sorted(set(labels) - set(fields["group_by"])) if fields["combine"] else []
    if lost:
        return f"groups carry only the labels of group_by, not {', '.join(lost)}"
    return _wrong_side(
        fields["condition"], override["threshold"], override.get("recovery_threshold")
    )


def _wrong_side(condition: str, threshold: float, recovery: float | None) -> str:
    """Return why a value that recovers there could still be a breach, or nothing."""
    if recovery is None:
        return ""
    if condition in _FIRES_ABOVE and recovery > threshold:
        return f"what fires above {threshold:g} is over at or below it: at most {threshold:g}"
    if condition in _FIRES_BELOW and recovery < threshold:
        return f"what fires below {threshold:g} is over at or above it: at least {threshold:g}"
    if condition not in _FIRES_ABOVE | _FIRES_BELOW:
        return f"{condition} has no side to recover to: leave it out"
    return ""
