"""Short questions to the evaluator over samples in memory."""

from collections.abc import Mapping

import numpy as np

from monitoring.promql.engine import Limits, instant_query, range_query
from monitoring.promql.labels import Labels, value_of
from monitoring.promql.model import Steps, Vector
from tests.monitoring.promql.memory import MemorySource, Samples, series

MINUTE = 60_000
NOON = 1_700_000_000_000 // MINUTE * MINUTE
PLENTY = Limits(max_samples=10_000_000)


def minutely(values: str) -> Samples:
    """Return values a minute apart, the last one at NOON; `_` is a minute without a sample."""
    words = values.split()
    first = NOON - (len(words) - 1) * MINUTE
    found = [(first + place * MINUTE, word) for place, word in enumerate(words) if word != "_"]
    return [at for at, _ in found], [float(word) for _, word in found]


def load(table: str) -> MemorySource:
    """Return the series of a text: a line for each, such as `cpu{host=a} 1 2 _ 3`."""
    return MemorySource(
        {
            _labels(line.split()[0]): minutely(line.split(maxsplit=1)[1])
            for line in table.strip().splitlines()
        }
    )


def _labels(text: str) -> Labels:
    name, _, rest = text.rstrip("}").partition("{")
    pairs = dict(pair.split("=") for pair in rest.split(",")) if rest else {}
    return series(name, **pairs)


def at_noon(query: str, source: MemorySource) -> dict[str, float]:
    """Return an instant vector as label values joined by `/`, without the name, to values."""
    result = instant_query(query, source=source, at_ms=NOON, limits=PLENTY)
    assert isinstance(result, Vector), result
    return {
        _key(labels): float(values[0])
        for labels, values in zip(result.labels, result.values, strict=True)
    }


def number_at_noon(query: str, source: MemorySource | None = None) -> float:
    """Return a scalar."""
    result = instant_query(query, source=source or load("x 1"), at_ms=NOON, limits=PLENTY)
    assert isinstance(result, np.ndarray), result
    return float(result[0])


def until_noon(
    query: str, source: MemorySource, *, minutes: int, step_ms: int = MINUTE
) -> Mapping[str, str]:
    """Return a range query's rows as texts, `_` where there is nothing."""
    steps = Steps(NOON - minutes * MINUTE, NOON, step_ms)
    result = range_query(query, source=source, steps=steps, limits=PLENTY)
    return {
        _key(labels): " ".join(
            f"{value:g}" if there else "_" for value, there in zip(values, present, strict=True)
        )
        for labels, values, present in zip(
            result.labels, result.values, result.present, strict=True
        )
    }


def names_at_noon(query: str, source: MemorySource) -> set[str]:
    """Return the metric names in an instant vector."""
    result = instant_query(query, source=source, at_ms=NOON, limits=PLENTY)
    assert isinstance(result, Vector), result
    return {value_of(labels, "__name__") for labels in result.labels}


def _key(labels: Labels) -> str:
    return "/".join(value for name, value in labels if name != "__name__")
