"""One evaluation of an expression: its steps, its samples, its budget. What each node does stands in nodes.py."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import cached_property
from typing import Any

import numpy as np
import promql_parser as syntax

from monitoring.promql import parsing
from monitoring.promql.errors import BadQueryError
from monitoring.promql.limits import Budget
from monitoring.promql.model import (
    Columns,
    Floats,
    Integers,
    Source,
    Steps,
    Value,
    Vector,
    Windows,
    empty_vector,
)
from monitoring.promql.windows import LOOKBACK_MS, columns_of, windows_of

Handler = Callable[["Evaluation", Any], Value]

_DEFAULT_SUBQUERY_STEP_MS = (
    60_000  # the evaluation interval of Prometheus, where nobody sets another
)


class Evaluation:
    """One expression at all steps of a query; a subquery is an evaluation of its own."""

    def __init__(
        self,
        steps: Steps,
        *,
        source: Source,
        budget: Budget,
        handlers: Mapping[type, Handler],
        query: Steps | None = None,
    ) -> None:
        self.steps = steps
        self.budget = budget
        self._source = source
        self._handlers = handlers
        self._query = query or steps  # what start() and end() of an `@` mean, also in a subquery

    def within(self, steps: Steps) -> "Evaluation":
        """Return an evaluation at other steps, on the same budget."""
        return Evaluation(
            steps,
            source=self._source,
            budget=self.budget,
            handlers=self._handlers,
            query=self._query,
        )

    @cached_property
    def times_ms(self) -> Integers:
        """Return the instants of the steps."""
        return self.steps.times_ms()

    def value(self, expression: syntax.Expr) -> Value:
        """Return what the expression is at each step. Raises QueryError."""
        self.budget.checkpoint()
        handler = self._handlers.get(type(expression))
        if handler is None:
            raise BadQueryError(f"not supported by this service: {type(expression).__name__}")
        return handler(self, expression)

    def vector(self, expression: syntax.Expr) -> Vector:
        """Return the instant vector; the parser has checked that it is one."""
        value = self.value(expression)
        if not isinstance(value, Vector):
            raise BadQueryError("parse error: expected an instant vector")
        self.budget.take(value.values.size)
        return value

    def number(self, expression: syntax.Expr) -> Floats:
        """Return the number at each step."""
        value = self.value(expression)
        if not isinstance(value, np.ndarray):
            raise BadQueryError("parse error: expected a scalar")
        return value

    def text(self, expression: syntax.Expr) -> str:
        """Return the string."""
        value = self.value(expression)
        if not isinstance(value, str):
            raise BadQueryError("parse error: expected a string")
        return value

    def constant(self, number: float) -> Floats:
        """Return the number for each step."""
        return np.full(self.steps.count, float(number))

    def instants(self, offset: timedelta | None, at: syntax.AtModifier | None) -> Integers:
        """Return the instants that a selector looks at, one for each step."""
        pinned = self._pinned(at)
        times = self.times_ms if pinned is None else np.full(self.steps.count, pinned, np.int64)
        return times - (parsing.milliseconds(offset) if offset else 0)

    def _pinned(self, at: syntax.AtModifier | None) -> int | None:
        if at is None:
            return None
        if at.type == syntax.AtModifierType.Start:
            return self._query.start_ms
        if at.type == syntax.AtModifierType.End:
            return self._query.end_ms
        return parsing.instant_ms(at.at)

    def newest(self, selector: syntax.VectorSelector) -> tuple[Columns, Integers]:
        """Return the samples that an instant selector may need, and the instants that it looks at.

        Of one instant, which a whole range query may look at by an `@`, that is a sample for each series.
        """
        instants = self.instants(selector.offset, selector.at)
        first, last = int(instants.min()), int(instants.max())
        if first < last:
            return self.selected(selector, instants, LOOKBACK_MS), instants
        columns = self._source.newest(parsing.matchers_of(selector), first - LOOKBACK_MS, last)
        return self._counted(columns), instants

    def selected(
        self, selector: syntax.VectorSelector, instants: Integers, back_ms: int
    ) -> Columns:
        """Return the samples that a selector may need: from `back_ms` before the first instant to the last."""
        matchers = parsing.matchers_of(selector)
        first, last = int(instants.min()), int(instants.max())
        return self._counted(self._source.select(matchers, first - back_ms, last))

    def _counted(self, columns: Columns) -> Columns:
        self.budget.take(len(columns.at_ms) + len(columns.labels) * self.steps.count)
        return columns

    def windows(self, expression: syntax.Expr) -> Windows:
        """Return the range vector."""
        expression = parsing.bare(expression)
        if isinstance(expression, syntax.SubqueryExpr):
            return self._subquery(expression)
        if not isinstance(expression, syntax.MatrixSelector):
            raise BadQueryError("parse error: expected a range vector")
        selector = expression.vector_selector
        instants = self.instants(selector.offset, selector.at)
        range_ms = parsing.milliseconds(expression.range)
        return self._windows(self.selected(selector, instants, range_ms), instants, range_ms)

    def _windows(self, columns: Columns, ends_ms: Integers, range_ms: int) -> Windows:
        return windows_of(
            columns,
            ends_ms=ends_ms,
            times_ms=self.times_ms,
            range_ms=range_ms,
            checkpoint=self.budget.checkpoint,
        )

    def _subquery(self, expression: syntax.SubqueryExpr) -> Windows:
        """Evaluate within at the multiples of the subquery's step, as Prometheus does."""
        instants = self.instants(expression.offset, expression.at)
        range_ms = parsing.milliseconds(expression.range or timedelta())
        step_ms = (
            parsing.milliseconds(expression.step) if expression.step else _DEFAULT_SUBQUERY_STEP_MS
        )
        first = int(instants.min()) - range_ms
        steps = Steps(-(-first // step_ms) * step_ms, int(instants.max()), step_ms)
        self.budget.take(steps.count)
        inner = self.within(steps)
        vector = inner.vector(expression.expr) if steps.count else empty_vector(0)
        columns = columns_of(vector.compact(), inner.times_ms)
        self.budget.take(len(columns.labels) * self.steps.count)
        return self._windows(columns, instants, range_ms)
