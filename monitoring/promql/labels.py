"""Label sets as sorted pairs: they hash, they compare, and their order is that of Prometheus."""

import re
from collections.abc import Collection, Iterable, Mapping

Labels = tuple[tuple[str, str], ...]

NAME = "__name__"
BUCKET = "le"
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")


def labels_of(pairs: Mapping[str, str]) -> Labels:
    """Return the set; a label without a value is a label that is not there."""
    return tuple(sorted((name, value) for name, value in pairs.items() if value))


def value_of(labels: Labels, name: str) -> str:
    """Return the label's value, empty if it is not there."""
    for key, value in labels:
        if key == name:
            return value
    return ""


def only(labels: Labels, names: Collection[str]) -> Labels:
    """Return the labels of those names."""
    return tuple(pair for pair in labels if pair[0] in names)


def without(labels: Labels, names: Collection[str]) -> Labels:
    """Return the labels of all other names."""
    return tuple(pair for pair in labels if pair[0] not in names)


def without_name(labels: Labels) -> Labels:
    """Return the labels without the metric's name: what is computed is no longer that metric."""
    return tuple(pair for pair in labels if pair[0] != NAME)


def unnamed(series: Iterable[Labels]) -> list[Labels]:
    """Return each label set without the metric's name."""
    return [without_name(labels) for labels in series]


def with_label(labels: Labels, name: str, value: str) -> Labels:
    """Return the labels with one set, or taken away by an empty value."""
    return labels_of({**dict(labels), name: value})


def is_label_name(name: str) -> bool:
    """Say whether Prometheus 2 takes it for the name of a label."""
    return _LABEL_NAME.fullmatch(name) is not None


def text_of(labels: Labels) -> str:
    """Return the set as error messages of Prometheus write it."""
    return "{" + ", ".join(f"{key}={_quoted(value)}" for key, value in labels) + "}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
