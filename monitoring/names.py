"""The catalogue: every metric the service writes or is known to receive, said once.

A pushed metric outside the catalogue is welcome too; it merely has no help text, unit or buckets.
"""

from monitoring.catalogue.alerting import ALERTING
from monitoring.catalogue.application import APPLICATION
from monitoring.catalogue.business import BUSINESS, PAYMENT
from monitoring.catalogue.derived import DERIVED
from monitoring.catalogue.intelligence import BLOCKCHAIN, FRAUD, LEARNING
from monitoring.catalogue.objectives import OBJECTIVES
from monitoring.catalogue.own import OWN
from monitoring.catalogue.spec import MetricSpec
from monitoring.catalogue.system import SYSTEM
from monitoring.types import MetricType

__all__ = ["CATALOGUE", "REFERENCE", "MetricSpec", "spec_of"]

# The metrics reference of the service specification, in its order.
REFERENCE: tuple[MetricSpec, ...] = (
    *SYSTEM,
    *APPLICATION,
    *BUSINESS,
    *PAYMENT,
    *BLOCKCHAIN,
    *FRAUD,
    *LEARNING,
)
CATALOGUE: tuple[MetricSpec, ...] = (*REFERENCE, *DERIVED, *OWN, *ALERTING, *OBJECTIVES)

_BY_NAME = {spec.name: spec for spec in CATALOGUE}
_PARTS: dict[MetricType, tuple[str, ...]] = {
    MetricType.HISTOGRAM: ("_bucket", "_sum", "_count"),
    MetricType.SUMMARY: ("_sum", "_count"),
}


def spec_of(name: str) -> MetricSpec | None:
    """Return what the catalogue says about a metric or a part of one; None if it is not there.

    The parts of a histogram (`_bucket`, `_sum`, `_count`) and of a summary (`_sum`, `_count`)
    answer with the whole metric; such an ending on any other name means nothing.
    """
    spec = _BY_NAME.get(name)
    if spec is not None:
        return spec
    whole, underscore, part = name.rpartition("_")
    spec = _BY_NAME.get(whole)
    if spec is None or underscore + part not in _PARTS.get(spec.type, ()):
        return None
    return spec
