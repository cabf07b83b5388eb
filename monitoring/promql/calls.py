"""The functions of the language, by name. Source: functions.go of Prometheus 2.42."""

from collections.abc import Callable

import numpy as np
import promql_parser as syntax

from monitoring.errors import InvalidInputError
from monitoring.promql import calendar, changes, over_time, parsing, regression
from monitoring.promql.elementwise import MATHEMATICS
from monitoring.promql.errors import ExecutionError
from monitoring.promql.evaluation import Evaluation
from monitoring.promql.histograms import histogram_quantile
from monitoring.promql.labels import NAME, Labels, labels_of, unnamed
from monitoring.promql.merging import distinct, merged
from monitoring.promql.model import Cells, Value, Vector, Windows
from monitoring.promql.relabel import label_join, label_replace
from monitoring.promql.windows import sample_times
from monitoring.query.matchers import MatchOp
from monitoring.query.regex import compile_pattern

# Functions of a range vector; further arguments are numbers, in the order of the call.
_RANGES: dict[str, Callable[..., Cells]] = {
    "avg_over_time": over_time.avg_over_time,
    "changes": changes.changes,
    "count_over_time": over_time.count_over_time,
    "delta": changes.delta,
    "deriv": regression.deriv,
    "double_exponential_smoothing": regression.holt_winters,
    "first_over_time": over_time.first_over_time,
    "holt_winters": regression.holt_winters,
    "idelta": changes.idelta,
    "increase": changes.increase,
    "irate": changes.irate,
    "last_over_time": over_time.last_over_time,
    "mad_over_time": over_time.mad_over_time,
    "max_over_time": over_time.max_over_time,
    "min_over_time": over_time.min_over_time,
    "predict_linear": regression.predict_linear,
    "present_over_time": over_time.present_over_time,
    "quantile_over_time": lambda windows, rank: over_time.quantile_over_time(rank, windows),
    "rate": changes.rate,
    "resets": changes.resets,
    "stddev_over_time": over_time.stddev_over_time,
    "stdvar_over_time": over_time.stdvar_over_time,
    "sum_over_time": over_time.sum_over_time,
}
_KEEP_NAME = {"first_over_time", "last_over_time"}


def call(evaluation: Evaluation, node: syntax.Call) -> Value:
    """Return what the function makes of its arguments. Raises QueryError, for an unknown one with its name."""
    name = node.func.name
    if name in _RANGES:
        return _of_range(evaluation, node)
    if name in MATHEMATICS:
        return _of_each_value(evaluation, node)
    if name in calendar.PARTS:
        return _of_dates(evaluation, node)
    if name not in _OTHERS:
        raise ExecutionError(f"not supported by this service: {name}")
    return _OTHERS[name](evaluation, node)


def _of_range(evaluation: Evaluation, node: syntax.Call) -> Vector:
    name = node.func.name
    numbers = [evaluation.number(each) for each in node.args if parsing.is_scalar(each)]
    (ranged,) = [each for each in node.args if not parsing.is_scalar(each)]
    windows = evaluation.windows(ranged)
    cells = _RANGES[name](windows, *numbers)
    labels = windows.labels if name in _KEEP_NAME else unnamed(windows.labels)
    return distinct(Vector(labels, cells.values, cells.present))


def _of_each_value(evaluation: Evaluation, node: syntax.Call) -> Vector:
    vector = evaluation.vector(node.args[0])
    numbers = [evaluation.number(each) for each in node.args[1:]]
    values = MATHEMATICS[node.func.name](vector.values, *numbers)
    present = vector.present
    if node.func.name == "clamp":
        present = present & ~(numbers[1] < numbers[0])
    return merged(Vector(unnamed(vector.labels), values, present))


def _of_dates(evaluation: Evaluation, node: syntax.Call) -> Vector:
    now = _as_vector(evaluation, evaluation.times_ms / 1_000)
    vector = evaluation.vector(node.args[0]) if node.args else now
    values = calendar.of_seconds(calendar.PARTS[node.func.name], vector.values)
    return merged(Vector(unnamed(vector.labels), values, vector.present))


def _as_vector(evaluation: Evaluation, number: np.ndarray, labels: Labels = ()) -> Vector:
    return Vector([labels], number[None, :], np.ones((1, evaluation.steps.count), np.bool_))


def _vector(evaluation: Evaluation, node: syntax.Call) -> Vector:
    return _as_vector(evaluation, evaluation.number(node.args[0]))


def _scalar(evaluation: Evaluation, node: syntax.Call) -> np.ndarray:
    """Return the value of the only series at each step, NaN where there are none or several."""
    vector = evaluation.vector(node.args[0])
    alone = vector.present.sum(axis=0) == 1
    only = np.where(vector.present, vector.values, 0.0).sum(axis=0)
    return np.where(alone, only, np.nan)


def _time(evaluation: Evaluation, _node: syntax.Call) -> np.ndarray:
    return evaluation.times_ms / 1_000


def _pi(evaluation: Evaluation, _node: syntax.Call) -> np.ndarray:
    return evaluation.constant(np.pi)


def _timestamp(evaluation: Evaluation, node: syntax.Call) -> Vector:
    """Return when each value was taken; of a computed value that is when it is computed."""
    argument = parsing.bare(node.args[0])
    if isinstance(argument, syntax.VectorSelector):
        vector = sample_times(*evaluation.newest(argument))
        return merged(Vector(unnamed(vector.labels), vector.values, vector.present))
    vector = evaluation.vector(argument)
    values = np.broadcast_to(evaluation.times_ms / 1_000, vector.values.shape)
    return merged(Vector(unnamed(vector.labels), values, vector.present))


def _absent(evaluation: Evaluation, node: syntax.Call) -> Vector:
    present = evaluation.vector(node.args[0]).present
    return _where_absent(evaluation, node, np.asarray(present.any(axis=0)))


def _absent_over_time(evaluation: Evaluation, node: syntax.Call) -> Vector:
    windows: Windows = evaluation.windows(node.args[0])
    return _where_absent(evaluation, node, np.asarray((windows.counts > 0).any(axis=0)))


def _where_absent(evaluation: Evaluation, node: syntax.Call, found: np.ndarray) -> Vector:
    labels = _asked_labels(node.args[0])
    return Vector([labels], evaluation.constant(1.0)[None, :], ~found[None, :]).compact()


def _asked_labels(expression: syntax.Expr) -> Labels:
    """Return the labels that an absent series would surely have: those that one condition sets, as an equality."""
    expression = parsing.bare(expression)
    if isinstance(expression, syntax.MatrixSelector):
        expression = expression.vector_selector
    if not isinstance(expression, syntax.VectorSelector):
        return ()
    known: dict[str, str] = {}
    unsure = {NAME}
    for matcher in parsing.matchers_of(expression):
        if matcher.op is MatchOp.EQUAL and matcher.label not in known:
            known[matcher.label] = matcher.value
        else:
            unsure.add(matcher.label)
    return labels_of({label: value for label, value in known.items() if label not in unsure})


def _sorted(evaluation: Evaluation, node: syntax.Call) -> Vector:
    """Return an instant query's vector by value, NaN last; a range query's answer has its own order."""
    vector = evaluation.vector(node.args[0])
    if evaluation.steps.count != 1:
        return vector
    vector = vector.compact()
    key = vector.values[:, 0] if node.func.name == "sort" else -vector.values[:, 0]
    return vector.rows(np.argsort(key, kind="stable"))


def _histogram_quantile(evaluation: Evaluation, node: syntax.Call) -> Vector:
    rank = evaluation.number(node.args[0])
    return merged(histogram_quantile(rank, evaluation.vector(node.args[1])))


def _label_replace(evaluation: Evaluation, node: syntax.Call) -> Vector:
    vector = evaluation.vector(node.args[0])
    target, template, source, expression = (evaluation.text(each) for each in node.args[1:])
    try:
        pattern = compile_pattern(expression).compiled
    except InvalidInputError as error:
        raise ExecutionError(
            f"invalid regular expression in label_replace(): {expression}: {error.message}"
        ) from None
    return merged(label_replace(vector, target, template, source, pattern))


def _label_join(evaluation: Evaluation, node: syntax.Call) -> Vector:
    vector = evaluation.vector(node.args[0])
    target, separator, *sources = (evaluation.text(each) for each in node.args[1:])
    return merged(label_join(vector, target, separator, sources))


_OTHERS: dict[str, Callable[[Evaluation, syntax.Call], Value]] = {
    "absent": _absent,
    "absent_over_time": _absent_over_time,
    "histogram_quantile": _histogram_quantile,
    "label_join": _label_join,
    "label_replace": _label_replace,
    "pi": _pi,
    "scalar": _scalar,
    "sort": _sorted,
    "sort_desc": _sorted,
    "time": _time,
    "timestamp": _timestamp,
    "vector": _vector,
}
