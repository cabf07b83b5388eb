"""Queries: an expression at one instant, or at many."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import promql_parser as syntax

from monitoring.promql import parsing
from monitoring.promql.errors import BadQueryError
from monitoring.promql.evaluation import Evaluation
from monitoring.promql.limits import Budget
from monitoring.promql.model import Columns, Floats, Source, Steps, Value, Vector, Windows
from monitoring.promql.nodes import HANDLERS

MAX_INTERVALS = 11_000  # as in Prometheus: a minute's resolution for a week, an hour's for a year


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may cost; see Budget."""

    max_samples: int
    is_late: Callable[[], bool] = lambda: False


Result = Vector | Columns | Floats | str


def instant_query(query: str, *, source: Source, at_ms: int, limits: Limits) -> Result:
    """Return the expression's value at one instant; for a range vector, the samples themselves.

    Raises QueryError.
    """
    expression = parsing.parse(query)
    evaluation = _evaluation(source, Steps(at_ms, at_ms, 1), limits)
    if isinstance(parsing.bare(expression), syntax.MatrixSelector | syntax.SubqueryExpr):
        return _samples(evaluation, expression)
    value = _value(evaluation, expression)
    if isinstance(value, Windows):
        raise BadQueryError("parse error: a range vector stands where none may")
    return value.compact() if isinstance(value, Vector) else value


def range_query(query: str, *, source: Source, steps: Steps, limits: Limits) -> Vector:
    """Return the expression's series at all steps, in the order of their labels; a number is a series without labels.

    Raises QueryError.
    """
    if steps.count - 1 > MAX_INTERVALS:
        raise BadQueryError(
            "exceeded maximum resolution of 11,000 points per timeseries."
            " Try decreasing the query resolution (?step=XX)"
        )
    expression = parsing.parse(query)
    kind = _unfit_for_steps(parsing.bare(expression))
    if kind:
        raise BadQueryError(
            f'invalid expression type "{kind}" for range query, must be Scalar or instant Vector'
        )
    value = _value(_evaluation(source, steps, limits), expression)
    if isinstance(value, np.ndarray):
        return Vector([()], value[None, :], np.ones((1, steps.count), np.bool_))
    if not isinstance(value, Vector):
        raise BadQueryError("parse error: the expression is no series of numbers")
    found = value.compact()
    return found.rows(sorted(range(len(found.labels)), key=found.labels.__getitem__))


def _evaluation(source: Source, steps: Steps, limits: Limits) -> Evaluation:
    budget = Budget(max_samples=limits.max_samples, is_late=limits.is_late)
    return Evaluation(steps, source=source, budget=budget, handlers=HANDLERS)


def _value(evaluation: Evaluation, expression: syntax.Expr) -> Value:
    try:
        with np.errstate(all="ignore"):  # infinities and NaN are values like others here
            return evaluation.value(expression)
    except RecursionError:
        raise BadQueryError("parse error: the expression is nested too deeply") from None


def _samples(evaluation: Evaluation, expression: syntax.Expr) -> Columns:
    """Return what lies in the windows of the only step, without the series that have nothing there."""
    with np.errstate(all="ignore"):
        windows = evaluation.windows(expression)
    lo, counts = windows.lo[:, 0], windows.counts[:, 0]
    kept = np.flatnonzero(counts)
    starts = np.concatenate([[0], np.cumsum(counts[kept])]).astype(np.int64)
    shift = np.repeat(lo[kept] - starts[:-1], counts[kept])
    positions = np.arange(int(starts[-1])) + shift
    labels = [windows.labels[row] for row in kept.tolist()]
    return Columns(labels, starts, windows.at_ms[positions], windows.values[positions])


def _unfit_for_steps(expression: syntax.Expr) -> str:
    """Return what a range query cannot answer, in the words of Prometheus; empty if it can."""
    if isinstance(expression, syntax.MatrixSelector | syntax.SubqueryExpr):
        return "range vector"
    return "string" if isinstance(expression, syntax.StringLiteral) else ""
