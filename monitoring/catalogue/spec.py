"""What the catalogue says about one metric."""

from dataclasses import dataclass

from monitoring.types import MetricType


@dataclass(frozen=True, slots=True)
class MetricSpec:
    """One metric: its name on the wire, what its numbers mean, what tells its series apart.

    `buckets` are the upper bounds of a histogram, ascending and without +Inf, in the metric's unit.
    `unit` is a base unit in the plural ("milliseconds"); empty for a plain number of things.
    """

    name: str
    type: MetricType
    unit: str
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


def gauge(name: str, unit: str, text: str, *labels: str) -> MetricSpec:
    """Return a value that goes up and down."""
    return MetricSpec(name, MetricType.GAUGE, unit, text, labels)


def counter(name: str, unit: str, text: str, *labels: str) -> MetricSpec:
    """Return a total that only grows."""
    return MetricSpec(name, MetricType.COUNTER, unit, text, labels)


def histogram(
    name: str, unit: str, text: str, *labels: str, buckets: tuple[float, ...]
) -> MetricSpec:
    """Return a distribution counted in buckets."""
    return MetricSpec(
        name, MetricType.HISTOGRAM, unit, text, labels, tuple(float(bound) for bound in buckets)
    )
