"""From text to a syntax tree, by the parser of PyPI's promql-parser, which checks types as Prometheus does."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import promql_parser as syntax

from monitoring.errors import InvalidInputError
from monitoring.promql.errors import BadQueryError
from monitoring.promql.labels import NAME
from monitoring.query.matchers import Matcher, MatchOp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_OPS = {  # by text: the parser's enumerations do not hash
    "MatchOp.Equal": MatchOp.EQUAL,
    "MatchOp.NotEqual": MatchOp.NOT_EQUAL,
    "MatchOp.Re": MatchOp.MATCHES,
    "MatchOp.NotRe": MatchOp.NOT_MATCHES,
}
# The parser knows the language as it is today, where this function has another name.
syntax.register_extra_functions(
    [
        syntax.Function(
            "holt_winters",
            [syntax.ValueType.Matrix, syntax.ValueType.Scalar, syntax.ValueType.Scalar],
            syntax.ValueType.Vector,
        )
    ]
)
MAX_QUERY_CHARACTERS = 20_000
# The parser and the evaluation recurse; some thousand levels would end the process, not only the query.
_MAX_DEPTH = 100
_MAX_OPERATORS = 200
_LITERAL = re.compile(r"""\"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|#[^\n]*""", re.DOTALL)
_BRACES = re.compile(r"\{[^{}]*\}")
_OPERATOR = re.compile(r"[-+*/%^]|[=!<>]=?|\b(?:and|or|unless|atan2)\b", re.IGNORECASE)
_BEFORE_1970 = re.compile(r"@\s*-")


def parse(query: str) -> syntax.Expr:
    """Return the syntax tree. Raises BadQueryError with the parser's reason."""
    try:
        return _parsed(query)
    except (ValueError, OverflowError) as error:
        raise BadQueryError(f"parse error: {error}") from None


@lru_cache(maxsize=512)
def _parsed(query: str) -> syntax.Expr:
    _check_size(query)
    expression = syntax.parse(query)
    syntax.walk(expression, _read_times)
    return expression


def _check_size(query: str) -> None:
    """Raise ValueError for what the parser could not survive."""
    if len(query) > MAX_QUERY_CHARACTERS:
        raise ValueError(f"the query is longer than {MAX_QUERY_CHARACTERS} characters")
    bare_text = _LITERAL.sub('""', query)
    if _depth(bare_text) > _MAX_DEPTH:
        raise ValueError(f"more than {_MAX_DEPTH} brackets within one another")
    outside = _BRACES.sub("", bare_text)
    if len(_OPERATOR.findall(outside)) > _MAX_OPERATORS:
        raise ValueError(f"more than {_MAX_OPERATORS} operators")
    if _BEFORE_1970.search(outside):
        raise ValueError("an @ before 1970 is not supported by this service")


def _depth(text: str) -> int:
    depth = deepest = 0
    for bracket in re.findall(r"[][(){}]", text):
        depth += 1 if bracket in "([{" else -1
        deepest = max(deepest, depth)
    return deepest


def _read_times(node: syntax.Expr) -> bool:
    """Read each duration and instant once: what no number can hold fails here, by ValueError or OverflowError."""
    for name in ("offset", "range", "step"):
        getattr(node, name, None)
    at = getattr(node, "at", None)
    if at is not None and at.type == syntax.AtModifierType.At:
        instant_ms(at.at)
    return True


def parse_selector(text: str) -> tuple[Matcher, ...]:
    """Return the conditions of a series selector. Raises BadQueryError if the text is another expression."""
    expression = parse(text)
    if not isinstance(expression, syntax.VectorSelector) or expression.offset or expression.at:
        raise BadQueryError(f"parse error: {text!r} is no series selector")
    return matchers_of(expression)


def matchers_of(selector: syntax.VectorSelector) -> tuple[Matcher, ...]:
    """Return the conditions that a selector sets. Raises BadQueryError for alternatives in braces, and for
    a pattern that could run away.
    """
    if selector.matchers.or_matchers:
        raise BadQueryError("not supported by this service: 'or' between label matchers")
    try:
        conditions = [
            Matcher(matcher.name, _OPS[str(matcher.op)], matcher.value)
            for matcher in selector.matchers.matchers
        ]
    except InvalidInputError as error:
        raise BadQueryError(error.message) from None
    if selector.name is not None:
        conditions.insert(0, Matcher(NAME, MatchOp.EQUAL, selector.name))
    return tuple(conditions)


def milliseconds(span: timedelta) -> int:
    """Return a span in milliseconds, which is what durations of the language are made of."""
    return span // _MILLISECOND


def instant_ms(at: datetime | None) -> int:
    """Return the instant of an `@` in milliseconds, rounded as Prometheus does."""
    if at is None:
        raise ValueError("an @ without its instant")
    return (at - _EPOCH + _MILLISECOND / 2) // _MILLISECOND


def is_scalar(expression: syntax.Expr) -> bool:
    """Say whether an expression is one number at each step."""
    if isinstance(expression, syntax.ParenExpr | syntax.UnaryExpr):
        return is_scalar(expression.expr)
    if isinstance(expression, syntax.BinaryExpr):
        return is_scalar(expression.lhs) and is_scalar(expression.rhs)
    if isinstance(expression, syntax.Call):
        return bool(expression.func.return_type == syntax.ValueType.Scalar)
    return isinstance(expression, syntax.NumberLiteral)


def bare(expression: syntax.Expr) -> syntax.Expr:
    """Return the expression without the parentheses around it."""
    while isinstance(expression, syntax.ParenExpr):
        expression = expression.expr
    return expression
