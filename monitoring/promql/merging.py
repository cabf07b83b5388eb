"""Results with equal labels: one series if they never meet, an error if they do."""

from collections import defaultdict

import numpy as np

from monitoring.promql.errors import ExecutionError
from monitoring.promql.labels import Labels
from monitoring.promql.model import Vector


def merged(vector: Vector) -> Vector:
    """Return the vector with each label set once.

    Raises ExecutionError if two series of equal labels have values at the same step.
    """
    if len(set(vector.labels)) == len(vector.labels):
        return vector
    rows: dict[Labels, list[int]] = defaultdict(list)
    for row, labels in enumerate(vector.labels):
        rows[labels].append(row)
    values = vector.values[[members[0] for members in rows.values()]]
    present = np.zeros(values.shape, np.bool_)
    for number, members in enumerate(rows.values()):
        for row in members:
            there = vector.present[row]
            if (present[number] & there).any():
                raise _ambiguous()
            values[number][there] = vector.values[row][there]
            present[number] |= there
    return Vector(list(rows), values, present)


def distinct(vector: Vector) -> Vector:
    """Return the vector. Raises ExecutionError if two series that have any value have equal labels."""
    found = vector.compact()
    if len(set(found.labels)) < len(found.labels):
        raise _ambiguous()
    return found


def _ambiguous() -> ExecutionError:
    return ExecutionError("vector cannot contain metrics with the same labelset")
