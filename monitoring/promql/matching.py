"""Operators between two vectors: which series meet. Source: engine.go of Prometheus 2.42, `VectorBinop`."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from monitoring.promql.errors import ExecutionError
from monitoring.promql.labels import (
    NAME,
    Labels,
    labels_of,
    only,
    text_of,
    value_of,
    without,
    without_name,
)
from monitoring.promql.merging import merged
from monitoring.promql.model import Mask, Vector
from monitoring.promql.operators import drops_name, elements


class Many(Enum):
    """Which side may have several series to one of the other."""

    NEITHER = "one-to-one"
    LEFT = "group_left"
    RIGHT = "group_right"


@dataclass(frozen=True, slots=True)
class Matching:
    """`on (names)` or, without `on`, `ignoring (names)`; and what `group_left` and `group_right` ask for."""

    names: Collection[str] = ()
    on: bool = False
    many: Many = Many.NEITHER
    included: Sequence[str] = ()

    def signature(self, labels: Labels) -> Labels:
        """Return the labels that must be equal on both sides."""
        return only(labels, self.names) if self.on else without(labels, (*self.names, NAME))

    def result(self, many: Labels, one: Labels, *, without_its_name: bool) -> Labels:
        """Return the labels of what a series of the many side and one of the other make."""
        labels = without_name(many) if without_its_name else many
        if self.many is Many.NEITHER:
            labels = only(labels, self.names) if self.on else without(labels, self.names)
        if not self.included:
            return labels
        return labels_of({**dict(labels), **{name: value_of(one, name) for name in self.included}})


def between(
    operator: str,
    left: Vector,
    right: Vector,
    matching: Matching,
    *,
    returns_bool: bool,
    reserve: Callable[[int], None],
) -> Vector:
    """Return the operator's result for each pair of series that match.

    `reserve` is told the number of cells of all pairs before they are made, and may raise.
    Raises ExecutionError where one series would match several that the operator does not allow.
    """
    swapped = matching.many is Many.RIGHT
    many, one = (right, left) if swapped else (left, right)
    one_rows = _rows_by([matching.signature(labels) for labels in one.labels])
    _check_one_side(one, one_rows, np.asarray(many.present.any(axis=0)), swapped=swapped)
    signatures = [matching.signature(labels) for labels in many.labels]
    pairs = [
        (row, other)
        for row, signature in enumerate(signatures)
        for other in one_rows.get(signature, ())
    ]
    reserve(len(pairs) * left.values.shape[1])
    of_many = np.array([row for row, _ in pairs], np.intp)
    of_one = np.array([other for _, other in pairs], np.intp)
    there = many.present[of_many] & one.present[of_one]
    many_values, one_values = many.values[of_many], one.values[of_one]
    cells = elements(
        operator,
        one_values if swapped else many_values,
        many_values if swapped else one_values,
        there,
        returns_bool=returns_bool,
    )
    dropped = drops_name(operator, returns_bool=returns_bool)
    labels = [
        _result_labels(
            matching,
            many.labels[row],
            one.labels[other],
            dropped=dropped,
            returns_bool=returns_bool,
        )
        for row, other in pairs
    ]
    result = Vector(labels, cells.values, cells.present)
    _check_many_side(matching, [signatures[row] for row, _ in pairs], result)
    return merged(result)


def _result_labels(
    matching: Matching, many: Labels, one: Labels, *, dropped: bool, returns_bool: bool
) -> Labels:
    labels = matching.result(many, one, without_its_name=dropped)
    return without_name(labels) if returns_bool else labels


def _rows_by(keys: Sequence[Labels]) -> dict[Labels, list[int]]:
    rows: dict[Labels, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key].append(row)
    return dict(rows)


def _check_one_side(
    one: Vector, rows: dict[Labels, list[int]], asked: Mask, *, swapped: bool
) -> None:
    """Refuse two series of the one side that match the same, at a step where the other side has any."""
    for signature, members in rows.items():
        if len(members) < 2:
            continue
        present = one.present[members]
        clash = np.flatnonzero((present.sum(axis=0) > 1) & asked)
        if len(clash):
            first, second = np.flatnonzero(present[:, clash[0]])[:2].tolist()
            names = ", ".join(text_of(one.labels[members[number]]) for number in (second, first))
            raise ExecutionError(
                f"found duplicate series for the match group {text_of(signature)} on the"
                f" {'left' if swapped else 'right'} hand-side of the operation: [{names}];many-to-many matching"
                " not allowed: matching labels must be unique on one side"
            )


def _check_many_side(matching: Matching, signatures: Sequence[Labels], result: Vector) -> None:
    """Refuse two results that cannot be told apart: they show that more matched than was asked for."""
    grouped = matching.many is not Many.NEITHER
    keys: Sequence[Hashable] = (
        list(zip(signatures, result.labels, strict=True)) if grouped else signatures
    )
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        rows[key].append(row)
    for members in rows.values():
        if len(members) > 1 and (result.present[members].sum(axis=0) > 1).any():
            how = (
                "grouping labels must ensure unique matches"
                if grouped
                else "many-to-one matching must be explicit (group_left/group_right)"
            )
            raise ExecutionError(f"multiple matches for labels: {how}")
