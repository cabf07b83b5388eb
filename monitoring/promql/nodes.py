"""What each kind of node in the syntax tree evaluates to."""

import promql_parser as syntax

from monitoring.promql import matching, operators, parsing, sets
from monitoring.promql.aggregation import SIMPLE, Grouping, aggregate, quantile
from monitoring.promql.calls import call
from monitoring.promql.counting import count_values
from monitoring.promql.errors import BadQueryError, ExecutionError
from monitoring.promql.evaluation import Evaluation, Handler
from monitoring.promql.labels import unnamed
from monitoring.promql.matching import Many, Matching
from monitoring.promql.merging import distinct, merged
from monitoring.promql.model import Floats, Value, Vector
from monitoring.promql.ranking import bottomk, topk
from monitoring.promql.windows import instant_vector

_SETS = {"and": sets.both, "or": sets.either, "unless": sets.unless}
_RANKS = {"topk": topk, "bottomk": bottomk}
_MANY = {  # by text: the parser's enumerations do not hash
    "VectorMatchCardinality.ManyToOne": Many.LEFT,
    "VectorMatchCardinality.OneToMany": Many.RIGHT,
}


def _number(evaluation: Evaluation, node: syntax.NumberLiteral) -> Floats:
    return evaluation.constant(node.val)


def _string(_evaluation: Evaluation, node: syntax.StringLiteral) -> str:
    return node.val


def _parentheses(evaluation: Evaluation, node: syntax.ParenExpr) -> Value:
    return evaluation.value(node.expr)


def _selector(evaluation: Evaluation, node: syntax.VectorSelector) -> Vector:
    return instant_vector(*evaluation.newest(node))


def _negated(evaluation: Evaluation, node: syntax.UnaryExpr) -> Value:
    if parsing.is_scalar(node.expr):
        return -evaluation.number(node.expr)
    vector = evaluation.vector(node.expr)
    return distinct(Vector(unnamed(vector.labels), -vector.values, vector.present))


def _aggregated(evaluation: Evaluation, node: syntax.AggregateExpr) -> Vector:
    operation = str(node.op)
    modifier = node.modifier
    grouping = Grouping()
    if modifier is not None:
        excludes = modifier.type == syntax.AggModifierType.Without
        grouping = Grouping(tuple(modifier.labels), excludes=excludes)
    if operation == "count_values":
        label = evaluation.text(_parameter(node))
        return count_values(label, evaluation.vector(node.expr), grouping, evaluation.budget.take)
    if operation in _RANKS:
        count = evaluation.number(_parameter(node))
        return _RANKS[operation](count, evaluation.vector(node.expr), grouping)
    if operation == "quantile":
        rank = evaluation.number(_parameter(node))
        return quantile(rank, evaluation.vector(node.expr), grouping)
    if operation in SIMPLE:
        return aggregate(operation, evaluation.vector(node.expr), grouping)
    raise ExecutionError(f"not supported by this service: {operation}")


def _parameter(node: syntax.AggregateExpr) -> syntax.Expr:
    if node.param is None:
        raise BadQueryError(f"parse error: {node.op} needs a parameter")
    return node.param  # type: ignore[no-any-return]  # of the parser's type Any


def _combined(evaluation: Evaluation, node: syntax.BinaryExpr) -> Value:
    operator = str(node.op)
    left_is_number, right_is_number = parsing.is_scalar(node.lhs), parsing.is_scalar(node.rhs)
    returns_bool = node.modifier is not None and node.modifier.return_bool
    if left_is_number and right_is_number:
        left, right = evaluation.number(node.lhs), evaluation.number(node.rhs)
        return operators.numbers(operator, left, right)
    if left_is_number or right_is_number:
        number = evaluation.number(node.lhs if left_is_number else node.rhs)
        vector = evaluation.vector(node.rhs if left_is_number else node.lhs)
        return merged(
            operators.with_number(
                operator, vector, number, returns_bool=returns_bool, swapped=left_is_number
            )
        )
    left_vector, right_vector = evaluation.vector(node.lhs), evaluation.vector(node.rhs)
    how = _matching(node.modifier)
    if operator in _SETS:
        return _SETS[operator](left_vector, right_vector, how)
    return matching.between(
        operator,
        left_vector,
        right_vector,
        how,
        returns_bool=returns_bool,
        reserve=evaluation.budget.take,
    )


def _matching(modifier: syntax.BinModifier | None) -> Matching:
    if modifier is None:
        return Matching()
    if modifier.fill_values.lhs is not None or modifier.fill_values.rhs is not None:
        raise BadQueryError("not supported by this service: fill")
    labels = modifier.matching
    return Matching(
        names=tuple(labels.labels) if labels is not None else (),
        on=labels is not None and labels.type == syntax.LabelModifierType.Include,
        many=_MANY.get(str(modifier.card), Many.NEITHER),
        included=tuple(modifier.group_labels or ()),
    )


HANDLERS: dict[type, Handler] = {
    syntax.AggregateExpr: _aggregated,
    syntax.BinaryExpr: _combined,
    syntax.Call: call,
    syntax.NumberLiteral: _number,
    syntax.ParenExpr: _parentheses,
    syntax.StringLiteral: _string,
    syntax.UnaryExpr: _negated,
    syntax.VectorSelector: _selector,
}
