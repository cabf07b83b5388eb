r"""The targets of a Grafana query: `name{label="x",service_name="y"}`, with Grafana's variables put in.

Grafana writes a variable of several values as a regular expression, `(a|b)` with escaped dots, into
names and into label values. Just that form is understood, never a pattern of the user's own: a choice
is a list of plain texts, so no target can make the service run an expensive expression. `.*`, the
usual "All", stands for anything.
Pure: no Django, no clock, no database.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitoring.errors import InvalidInputError

_ANYTHING = ".*"
_SOMETHING = ".+"
_MAX_LENGTH = 4_096  # a variable of 50 hosts fits easily
_MAX_CHOICES = 200
_GROUP = re.compile(r"\((?:[^\\()]|\\.)*\)", re.DOTALL)
_CHOICE = re.compile(r"(?:[^|\\]|\\.)+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_FILTER = re.compile(
    r'\s*(?P<label>[^\s=!~,"]+)\s*(?P<operator>=~|!~|!=|=)\s*"(?P<value>(?:[^"\\]|\\.)*)"\s*(?:,|$)',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Matcher:
    """One label filter: the value is one of these, or none of them if negated."""

    label: str
    values: frozenset[str]
    negated: bool = False

    def accepts(self, value: str) -> bool:
        """Return whether a label with that value passes; a label that is absent reads as empty."""
        return (value in self.values) != self.negated


@dataclass(frozen=True, slots=True)
class Target:
    """What one line of a panel asks for: metric names and label filters that must all pass."""

    metrics: tuple[str, ...]
    matchers: tuple[Matcher, ...] = ()

    def equal_to(self) -> dict[str, str]:
        """Return the filters that name exactly one value: the storage can apply these itself."""
        return {
            matcher.label: value
            for matcher in self.matchers
            if len(matcher.values) == 1 and not matcher.negated
            for value in matcher.values
        }

    def accepts(self, labels: Mapping[str, str]) -> bool:
        """Return whether a label set, with `service_name` in it, passes every filter."""
        return all(matcher.accepts(labels.get(matcher.label, "")) for matcher in self.matchers)


def parse_target(text: str) -> Target:
    """Return what a target asks for.

    Raises InvalidInputError if it cannot be read, names no metric or is unreasonably long.
    """
    if len(text) > _MAX_LENGTH:
        raise InvalidInputError(f"a target has at most {_MAX_LENGTH} characters")
    name, brace, rest = text.strip().partition("{")
    closed = rest.endswith("}") if brace else "}" not in name
    if not name.strip() or not closed:
        raise InvalidInputError(f'a target reads name{{label="value"}}, not {text[:100]!r}')
    return Target(tuple(choices_of(name.strip())), tuple(matchers_of(rest.removesuffix("}"))))


def choices_of(text: str) -> list[str]:
    r"""Return the plain texts of `a`, `(a|b)` or `a|b`, each once; `\.` is a dot.

    Raises InvalidInputError if there are too many.
    """
    inner = text[1:-1] if _GROUP.fullmatch(text) else text
    choices = [_ESCAPED.sub(r"\1", choice) for choice in _CHOICE.findall(inner)]
    if len(choices) > _MAX_CHOICES:
        raise InvalidInputError(f"a choice has at most {_MAX_CHOICES} values")
    return list(dict.fromkeys(choices))


def matchers_of(filters: str) -> Iterator[Matcher]:
    """Yield the filters of `label="value",other=~"(a|b)"`. Raises InvalidInputError if one cannot be read."""
    position = 0
    while filters[position:].strip():
        match = _FILTER.match(filters, position)
        if match is None:
            raise InvalidInputError(
                f'a filter reads label="value", not {filters[position:][:100]!r}'
            )
        position = match.end()
        is_negated = match["operator"].startswith("!")
        yield from matcher_of(match["label"], match["value"], negated=is_negated)


def matcher_of(label: str, value: str, *, negated: bool = False) -> Iterator[Matcher]:
    """Yield the filter for a label's value or choice of values, none where anything goes."""
    if value == _ANYTHING and not negated:
        return
    if value == _ANYTHING:
        yield Matcher(label, frozenset())
    elif value == _SOMETHING:
        yield Matcher(label, frozenset({""}), not negated)
    else:
        yield Matcher(label, frozenset(choices_of(value)) or frozenset({""}), negated)
