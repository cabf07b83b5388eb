"""Functions that change labels: label_replace and label_join. Source: functions.go of Prometheus 2.42."""

import re
from collections.abc import Callable, Sequence

from monitoring.promql.errors import ExecutionError
from monitoring.promql.labels import Labels, is_label_name, value_of, with_label
from monitoring.promql.model import Vector

# `$$`, `$1`, `$name`, `${name}`: Go takes the longest name it can, so `$1x` is the group "1x", which is none.
_REFERENCE = re.compile(r"\$(?:(\$)|(\w+)|\{(\w+)\})", re.ASCII)


def label_replace(
    vector: Vector, target: str, template: str, source: str, pattern: re.Pattern[str]
) -> Vector:
    """Return the vector with `target` set, from the template, where the whole `source` label matches.

    Raises ExecutionError if the target is no name of a label.
    """
    if not is_label_name(target):
        raise ExecutionError(f"invalid destination label name in label_replace(): {target}")

    def replaced(labels: Labels) -> Labels:
        match = pattern.fullmatch(value_of(labels, source))
        return labels if match is None else with_label(labels, target, expanded(template, match))

    return _relabelled(vector, replaced)


def label_join(vector: Vector, target: str, separator: str, sources: Sequence[str]) -> Vector:
    """Return the vector with `target` set to the values of the sources, joined.

    Raises ExecutionError if a name is no name of a label.
    """
    for name in sources:
        if not is_label_name(name):
            raise ExecutionError(f"invalid source label name in label_join(): {name}")
    if not is_label_name(target):
        raise ExecutionError(f"invalid destination label name in label_join(): {target}")

    def joined(labels: Labels) -> Labels:
        values = [value_of(labels, name) for name in sources]
        return with_label(labels, target, separator.join(values))

    return _relabelled(vector, joined)


def expanded(template: str, match: re.Match[str]) -> str:
    """Return the template with its references replaced by what the groups matched, nothing for unknown ones."""

    def group(reference: re.Match[str]) -> str:
        dollar, bare, braced = reference.groups()
        if dollar:
            return "$"
        name = bare or braced
        if name.isdecimal():
            return (match[int(name)] or "") if int(name) <= match.re.groups else ""
        return (match[name] or "") if name in match.re.groupindex else ""

    return _REFERENCE.sub(group, template)


def _relabelled(vector: Vector, change: Callable[[Labels], Labels]) -> Vector:
    return Vector([change(labels) for labels in vector.labels], vector.values, vector.present)
