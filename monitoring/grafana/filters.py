"""Ad-hoc filters: conditions that a dashboard puts on every panel. Pure: no Django, no clock, no database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitoring.errors import InvalidInputError
from monitoring.query.matchers import Matcher, MatchOp

_MOST = 50
_MAX_LENGTH = 4_096


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition on one label."""

    label: str
    accepts_value: Callable[[str], bool]

    def accepts(self, labels: Mapping[str, str]) -> bool:
        """Return whether a label set, with `service_name` in it, passes; an absent label reads as empty."""
        return self.accepts_value(labels.get(self.label, ""))


def filters_of(body: Mapping[str, Any]) -> tuple[Filter, ...]:
    """Return the filters of a request: `filters` of the newer plug-in, `adhocFilters` of the older ones.

    Raises InvalidInputError for one that cannot be read: a panel that ignores it would show wrong data.
    """
    given = [
        item
        for name in ("filters", "adhocFilters")
        for item in _list(body.get(name), name)
        if not isinstance(item, Mapping)
        or item.get("key")  # one that is still being typed has no key
    ]
    if len(given) > _MOST:
        raise InvalidInputError(f"at most {_MOST} filters")
    return tuple(_filter(item) for item in given)


def _list(value: object, name: str) -> Sequence[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise InvalidInputError(f"{name} must be a list")
    return value


def _filter(item: object) -> Filter:
    if not isinstance(item, Mapping) or not isinstance(item["key"], str):
        raise InvalidInputError("a filter has a key, an operator and a value")
    operator, values = item.get("operator", "="), item.get("values")
    if operator in ("=|", "!=|") and isinstance(values, list):
        chosen = frozenset(map(str, values))
        negated = operator == "!=|"
        return Filter(item["key"], lambda text: (text in chosen) is not negated)
    value = item.get("value", "")
    if not isinstance(value, str) or len(value) > _MAX_LENGTH:
        raise InvalidInputError(
            f"the value of a filter is a text of at most {_MAX_LENGTH} characters"
        )
    return Filter(item["key"], _condition(item["key"], operator, value))


def _condition(label: str, operator: object, value: str) -> Callable[[str], bool]:
    if operator == "<":
        return lambda text: _is_less(text, value)
    if operator == ">":
        return lambda text: _is_less(value, text)
    try:
        return Matcher(label, MatchOp(str(operator)), value).accepts
    except ValueError:
        raise InvalidInputError(f"{str(operator)[:20]!r} is no operator of a filter") from None


def _is_less(one: str, other: str) -> bool:
    """Compare as numbers; a text that is none is neither less nor greater."""
    try:
        return float(one) < float(other)
    except ValueError:
        return False
