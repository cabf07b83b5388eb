"""The set operators: and, or, unless. Source: engine.go of Prometheus 2.42."""

from collections.abc import Sequence

import numpy as np

from monitoring.promql.labels import Labels
from monitoring.promql.matching import Matching
from monitoring.promql.merging import merged
from monitoring.promql.model import Mask, Vector


def both(left: Vector, right: Vector, matching: Matching) -> Vector:
    """Return the left series where a matching one is present on the right."""
    found = _met(left, right, matching)
    return merged(Vector(left.labels, left.values, left.present & found))


def unless(left: Vector, right: Vector, matching: Matching) -> Vector:
    """Return the left series where no matching one is present on the right."""
    found = _met(left, right, matching)
    return merged(Vector(left.labels, left.values, left.present & ~found))


def either(left: Vector, right: Vector, matching: Matching) -> Vector:
    """Return the left series, and those on the right where no matching one is present on the left."""
    found = _met(right, left, matching)
    return merged(
        Vector(
            [*left.labels, *right.labels],
            np.concatenate([left.values, right.values]),
            np.concatenate([left.present, right.present & ~found]),
        )
    )


def _met(asking: Vector, asked: Vector, matching: Matching) -> Mask:
    """Return, for each asking series and step, whether a series with the same signature is present."""
    steps = asking.present.shape[1]
    rows: dict[Labels, Mask] = {}
    for signature, present in zip(_signatures(asked, matching), asked.present, strict=True):
        known = rows.get(signature)
        rows[signature] = present if known is None else known | present
    nothing = np.zeros(steps, np.bool_)
    found = [rows.get(signature, nothing) for signature in _signatures(asking, matching)]
    return np.array(found, np.bool_).reshape(len(found), steps)


def _signatures(vector: Vector, matching: Matching) -> Sequence[Labels]:
    return [matching.signature(labels) for labels in vector.labels]
