"""topk and bottomk: the first of each group at each step.

Source: engine.go of Prometheus 2.42, which keeps the best seen so far in a heap. Of equal values the heap's
structure decides which one stays; the same ones stay here.
"""

import math
from itertools import pairwise

import numpy as np

from monitoring.promql.aggregation import Grouping, grouped
from monitoring.promql.errors import ExecutionError
from monitoring.promql.model import Floats, Integers, Mask, Vector
from monitoring.promql.numbers import fixed_text


def topk(count: Floats, vector: Vector, grouping: Grouping) -> Vector:
    """Return the `count` largest values of each group at each step, under the labels they had.

    Raises ExecutionError if the count is no whole number of 64 bits at some step.
    """
    return _ranked(count, vector, grouping, vector.values)


def bottomk(count: Floats, vector: Vector, grouping: Grouping) -> Vector:
    """Return the `count` smallest values of each group at each step, under the labels they had."""
    return _ranked(count, vector, grouping, -vector.values)


def _ranked(count: Floats, vector: Vector, grouping: Grouping, merit: Floats) -> Vector:
    for number in count[~(np.abs(count) < 2.0**63)][:1].tolist():
        raise ExecutionError(f"Scalar value {fixed_text(number)} overflows int64")
    if not vector.labels:
        return vector
    groups = grouped(vector, [grouping.key(labels) for labels in vector.labels])
    borders = [*groups.starts.tolist(), len(vector.labels)]
    kept = np.zeros(vector.present.shape, np.bool_)
    order: list[int] = []
    for begin, end in pairwise(borders):
        rows = groups.rows[begin:end]
        kept[rows] = _best(count, merit[rows], vector.present[rows])
        order.extend(rows[_by_merit(merit[rows, 0])].tolist())
    result = Vector(vector.labels, vector.values, kept)
    # At one step the best comes first; over many there is no such order.
    return (result.rows(order) if vector.values.shape[1] == 1 else result).compact()


def _by_merit(merit: Floats) -> Integers:
    order: Integers = np.lexsort((-merit, np.isnan(merit)))
    return order


def _best(count: Floats, merit: Floats, present: Mask) -> Mask:
    """Return the cells, of one group, that are among the `count` best of their step."""
    limit = np.minimum(np.where(count >= 1, count, 0.0), len(merit)).astype(np.int64)
    members = present.sum(axis=0)
    kept: Mask = present & (members <= limit)
    contested = np.flatnonzero((members > limit) & (limit > 0))
    if len(contested) == 0:
        return kept
    # Ascending, with those that are absent or NaN first.
    candidates = np.where(present, merit, np.nan)[:, contested]
    ascending = np.sort(np.where(np.isnan(candidates), -np.inf, candidates), axis=0)
    border = len(merit) - limit[contested]
    columns = np.arange(len(contested))
    worst_kept, best_lost = ascending[border, columns], ascending[border - 1, columns]
    is_clear = worst_kept > best_lost
    clear = contested[is_clear]
    kept[:, clear] = candidates[:, is_clear] >= worst_kept[is_clear]
    for step in contested[~is_clear].tolist():
        rows = np.flatnonzero(present[:, step])
        survivors = _survivors(merit[rows, step].tolist(), int(limit[step]))
        kept[rows[survivors], step] = True
    return kept


def _survivors(merits: list[float], limit: int) -> list[int]:
    """Return the positions that a heap of that size holds after it was offered the values in their order."""
    heap: list[int] = []
    for position, merit in enumerate(merits):
        if len(heap) < limit:
            heap.append(position)
            _lift(heap, merits)
        elif _beats(merit, merits[heap[0]]):
            heap[0] = position
            _sink(heap, merits)
    return heap


def _beats(merit: float, worst: float) -> bool:
    return worst < merit or (math.isnan(worst) and not math.isnan(merit))


def _less(one: float, other: float) -> bool:
    return math.isnan(one) or one < other


def _lift(heap: list[int], merits: list[float]) -> None:
    """Move the last one up to its place, as `up` of Go's container/heap does."""
    child = len(heap) - 1
    while child > 0:
        parent = (child - 1) // 2
        if not _less(merits[heap[child]], merits[heap[parent]]):
            return
        heap[parent], heap[child] = heap[child], heap[parent]
        child = parent


def _sink(heap: list[int], merits: list[float]) -> None:
    """Move the first one down to its place, as `down` of Go's container/heap does."""
    parent = 0
    while (child := 2 * parent + 1) < len(heap):
        if child + 1 < len(heap) and _less(merits[heap[child + 1]], merits[heap[child]]):
            child += 1
        if not _less(merits[heap[child]], merits[heap[parent]]):
            return
        heap[parent], heap[child] = heap[child], heap[parent]
        parent = child
