"""count_values: how many members of each group have which value. Source: engine.go of Prometheus 2.42."""

from collections.abc import Callable

import numpy as np

from monitoring.promql.aggregation import Grouping
from monitoring.promql.errors import ExecutionError
from monitoring.promql.labels import Labels, is_label_name, with_label
from monitoring.promql.model import Vector, empty_vector
from monitoring.promql.numbers import fixed_text


def count_values(
    label: str, vector: Vector, grouping: Grouping, reserve: Callable[[int], None]
) -> Vector:
    """Return, for each group and value, how many members have that value; the new label says which.

    `reserve` is told the number of cells of the result before they are made, and may raise.
    Raises ExecutionError if the label has no name that a label may have.
    """
    if not is_label_name(label):
        raise ExecutionError(f'invalid label name "{label}"')
    names = grouping.names if grouping.excludes else (*grouping.names, label)
    wanted = Grouping(names, excludes=grouping.excludes)
    numbers: dict[Labels, int] = {}
    rows, steps = [], []
    for row, own in enumerate(vector.labels):
        there = np.flatnonzero(vector.present[row])
        distinct, which = np.unique(vector.values[row][there], return_inverse=True)
        keys = [
            wanted.key(with_label(own, label, fixed_text(value))) for value in distinct.tolist()
        ]
        number = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int64)
        rows.append(number[which])
        steps.append(there)
    if not numbers:
        return empty_vector(vector.values.shape[1])
    reserve(len(numbers) * vector.values.shape[1])
    counts = np.zeros((len(numbers), vector.values.shape[1]))
    np.add.at(counts, (np.concatenate(rows), np.concatenate(steps)), 1.0)
    return Vector(list(numbers), counts, counts > 0)
