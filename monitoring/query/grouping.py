"""Which series make one curve: each its own, or all that share the values of some labels. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitoring.types import SeriesRef

SERVICE_LABEL = "service_name"


@dataclass(frozen=True, slots=True)
class Curve:
    """What a row of an answer stands for; `service` is None where it holds more than that of one service."""

    metric: str
    service: str | None
    labels: Mapping[str, str]


def each_alone(series: Sequence[SeriesRef]) -> list[Curve]:
    """Return a curve for each series."""
    return [Curve(each.metric, each.service, each.labels) for each in series]


def grouped(
    series: Sequence[SeriesRef], names: Sequence[str]
) -> tuple[list[Curve], NDArray[np.int64]]:
    """Return a curve for each metric and set of values of these labels, and the curve of each series.

    Metrics are never mixed: their units differ. `service_name` is the series' service; a label that a
    series lacks counts as empty and is left out of its curve. Curves come in the order of their first series.
    """
    numbers: dict[tuple[str, ...], int] = {}
    curves: list[Curve] = []
    owners = np.empty(len(series), np.int64)
    for place, each in enumerate(series):
        values = [_value(each, name) for name in names]
        number = numbers.setdefault((each.metric, *values), len(curves))
        if number == len(curves):
            curves.append(_curve(each.metric, dict(zip(names, values, strict=True))))
        owners[place] = number
    return curves, owners


def _value(series: SeriesRef, name: str) -> str:
    return series.service if name == SERVICE_LABEL else series.labels.get(name, "")


def _curve(metric: str, labels: dict[str, str]) -> Curve:
    service = labels.pop(SERVICE_LABEL, None)
    return Curve(metric, service, {name: value for name, value in labels.items() if value})
