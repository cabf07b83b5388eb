"""Rules over other rules: `high_cpu and not (deploying or "night shift")`, whether it holds for what fires."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from alerts.evaluation.tokens import (
    MAX_DEPTH,
    ExpressionError,
    Kind,
    Token,
    tokens_of,
)

__all__ = ["Expression", "ExpressionError", "parse"]


class _Node(Protocol):
    def names(self) -> frozenset[str]: ...

    def holds(self, firing: Collection[str]) -> bool: ...


@dataclass(frozen=True, slots=True)
class _Name:
    name: str

    def names(self) -> frozenset[str]:
        return frozenset({self.name})

    def holds(self, firing: Collection[str]) -> bool:
        return self.name in firing


@dataclass(frozen=True, slots=True)
class _Not:
    operand: _Node

    def names(self) -> frozenset[str]:
        return self.operand.names()

    def holds(self, firing: Collection[str]) -> bool:
        return not self.operand.holds(firing)


@dataclass(frozen=True, slots=True)
class _All:
    operands: tuple[_Node, ...]

    def names(self) -> frozenset[str]:
        return frozenset().union(*(operand.names() for operand in self.operands))

    def holds(self, firing: Collection[str]) -> bool:
        return all(operand.holds(firing) for operand in self.operands)


@dataclass(frozen=True, slots=True)
class _Any:
    operands: tuple[_Node, ...]

    def names(self) -> frozenset[str]:
        return frozenset().union(*(operand.names() for operand in self.operands))

    def holds(self, firing: Collection[str]) -> bool:
        return any(operand.holds(firing) for operand in self.operands)


@dataclass(frozen=True, slots=True)
class Expression:
    """A composite rule as it was understood."""

    root: _Node

    def names(self) -> frozenset[str]:
        """Return the names of the rules that it is about."""
        return self.root.names()

    def holds(self, firing: Collection[str]) -> bool:
        """Say whether it holds while exactly the rules of these names fire."""
        return self.root.holds(firing)


def parse(text: str) -> Expression:
    """Read names of rules, `and`, `or`, `not` and parentheses; `not` binds closest, then `and`, then `or`.

    A name of letters, digits and any of `_ . : -` stands as it is; any other is put in double quotes, with a
    backslash before a quote or a backslash of its own. Raises ExpressionError, which says where and what to do, and
    refuses what holds while nothing fires: such a rule would fire for ever.

    Source: column `expression` of table `alert_rules`.
    """
    expression = Expression(_Parser(tokens_of(text)).whole())
    if expression.holds(()):
        raise ExpressionError(
            0, "it would hold while no rule fires: join it by `and` with a rule that must fire"
        )
    return expression


class _Parser:
    """Recursive descent over the tokens; the depth is bounded, so a long text cannot exhaust the stack."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._depth = 0

    def whole(self) -> _Node:
        node = self._any()
        token = self._token
        if token.kind is not Kind.END:
            raise ExpressionError(token.position, f"expected `and` or `or` before {token.shown}")
        return node

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self, kind: Kind) -> bool:
        if self._token.kind is not kind:
            return False
        self._next += 1
        return True

    def _any(self) -> _Node:
        operands = [self._all()]
        while self._take(Kind.OR):
            operands.append(self._all())
        return operands[0] if len(operands) == 1 else _Any(tuple(operands))

    def _all(self) -> _Node:
        operands = [self._one()]
        while self._take(Kind.AND):
            operands.append(self._one())
        return operands[0] if len(operands) == 1 else _All(tuple(operands))

    def _one(self) -> _Node:
        token = self._token
        if self._take(Kind.NAME):
            return _Name(token.text)
        if token.kind not in (Kind.NOT, Kind.OPEN):
            raise ExpressionError(
                token.position, f"expected the name of a rule instead of {token.shown}"
            )
        self._next += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(token.position, f"nested deeper than {MAX_DEPTH} levels")
        node = _Not(self._one()) if token.kind is Kind.NOT else self._in_parentheses(token)
        self._depth -= 1
        return node

    def _in_parentheses(self, opening: Token) -> _Node:
        node = self._any()
        if not self._take(Kind.CLOSE):
            token = self._token
            raise ExpressionError(
                token.position,
                f"expected `)` for the `(` at {opening.position + 1} before {token.shown}",
            )
        return node
