r"""Selectors as people write them: `metric{label="x",other=~"a|b"}`. Pure."""

import re
from typing import NamedTuple

from monitoring.errors import InvalidInputError
from monitoring.query.matchers import Matcher, MatchOp

_MAX_LENGTH = 4_096
_WHOLE = re.compile(r"\s*(?P<metric>[^\s{}\"]*)\s*(?:\{(?P<inside>.*)\}\s*)?", re.DOTALL)
_CONDITION = re.compile(
    r'\s*(?P<label>[^\s=!~,"{}]+)\s*(?P<op>=~|!~|!=|=)\s*"(?P<value>(?:[^"\\]|\\.)*)"\s*(?:,|$)\s*',
    re.DOTALL,
)
_ESCAPED = re.compile(r"\\([\"\\])")  # any other backslash is the pattern's own


class Selector(NamedTuple):
    """A metric, None for any, and conditions on labels that must all hold."""

    metric: str | None
    matchers: tuple[Matcher, ...]


def selector_of(text: str, name: str = "match") -> Selector:
    r"""Return what a selector says; `\"` and `\\` within a value are a quote and a backslash.

    Raises InvalidInputError, with the parameter's name, if it cannot be read or says nothing at all.
    """
    whole = _WHOLE.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    if whole is None:
        raise _wrong(name, text)
    matchers = tuple(_conditions((whole["inside"] or "").strip(), name))
    if not whole["metric"] and not matchers:
        raise _wrong(name, text)
    return Selector(whole["metric"] or None, matchers)


def _conditions(inside: str, name: str) -> list[Matcher]:
    found: list[Matcher] = []
    position = 0
    while position < len(inside):
        match = _CONDITION.match(inside, position)
        if match is None:
            raise _wrong(name, inside[position:])
        position = match.end()
        value = _ESCAPED.sub(r"\1", match["value"])
        found.append(Matcher(match["label"], MatchOp(match["op"]), value))
    return found


def _wrong(name: str, text: str) -> InvalidInputError:
    message = f'{name} reads metric{{label="value"}} with =, !=, =~ or !~, not {text[:100]!r}'
    return InvalidInputError(message, details={name: [message]})
