"""Thresholds of their own for series that carry certain labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.evaluation.matching import carries


@dataclass(frozen=True, slots=True)
class Override:
    """The thresholds, in the unit of the metric, of series that carry all of `labels`."""

    labels: Mapping[str, str]
    threshold: float
    recovery_threshold: float | None = None

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Say whether a series with these labels is meant; an empty value asks for series without that label."""
        return carries(labels, self.labels)


def overrides_of(rows: Sequence[Mapping[str, Any]]) -> list[Override]:
    """Return what a column of JSON such as `[{"labels": {"host": "a"}, "threshold": 90}]` says.

    Raises KeyError or TypeError for rows that its validator would have refused.
    """
    return [Override(dict(row["labels"]), float(row["threshold"]), _number(row)) for row in rows]


def threshold_for(
    overrides: Sequence[Override],
    labels: Mapping[str, str],
    threshold: float,
    recovery: float | None,
) -> tuple[float, float | None]:
    """Return threshold and recovery threshold of a series: those of the first override that matches, else the rule's.

    `labels` are those of the series with its service as `service_name`. An override that names no recovery threshold
    has none: the rule's belongs to another threshold, and may lie on the wrong side of this one.

    Source: column `threshold_overrides` of table `alert_rules`.
    """
    for override in overrides:
        if override.matches(labels):
            return override.threshold, override.recovery_threshold
    return threshold, recovery


def _number(row: Mapping[str, Any]) -> float | None:
    recovery = row.get("recovery_threshold")
    return None if recovery is None else float(recovery)
