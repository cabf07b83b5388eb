"""The payload of a target: what a panel's form asks for beside the metric. Pure: no Django, no clock, no database.

Grafana's form knows texts and lists of texts only and puts variables into them as regular expressions,
`(a|b)`; whoever writes the payload as JSON may also use objects. An empty field asks for nothing.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from monitoring.errors import InvalidInputError
from monitoring.grafana.targets import Matcher, choices_of, matcher_of, matchers_of
from monitoring.query.matchers import SERVICE_LABEL
from monitoring.query.resolution import aggregation_of, step_of
from monitoring.query.steps import Aggregation

_MAX_LENGTH = 16_384
_NOTHING = ("", "raw", "auto", "none")


@dataclass(frozen=True, slots=True)
class Payload:
    """What to keep and what to make of it; without an aggregation the samples themselves are drawn."""

    matchers: tuple[Matcher, ...] = ()
    aggregation: Aggregation | None = None
    step_ms: int | None = None
    group_by: tuple[str, ...] | None = None
    across: Aggregation | None = None
    tags: frozenset[str] = frozenset()


def payload_of(given: object) -> Payload:
    """Return what a payload asks for. Raises InvalidInputError naming the field that is wrong."""
    fields = _fields(given)
    aggregation, across = _text(fields, "aggregation"), _text(fields, "across")
    step, names = _text(fields, "step"), _texts(fields.get("group_by"), "group_by")
    return Payload(
        matchers=tuple(_matchers(fields)),
        aggregation=aggregation_of(aggregation, "payload.aggregation") if aggregation else None,
        step_ms=step_of(step, "payload.step") if step else None,
        group_by=tuple(names) or None,
        across=aggregation_of(across, "payload.across") if across else None,
        tags=frozenset(_texts(fields.get("tags"), "tags")),
    )


def fields_of(given: object) -> Mapping[str, Any]:
    """Return the fields of a payload that came as an object, or as its text; nothing has none."""
    return _fields(given)


def _fields(given: object) -> Mapping[str, Any]:
    if isinstance(given, str) and len(given) <= _MAX_LENGTH:
        try:
            given = orjson.loads(given) if given.strip() else None
        except orjson.JSONDecodeError:
            raise InvalidInputError("payload must be a JSON object") from None
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise InvalidInputError("payload must be an object")
    return given


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InvalidInputError(f"payload.{name} must be a text")
    text = str(value).strip()
    return "" if text.lower() in _NOTHING else text


def _texts(value: object, name: str) -> list[str]:
    """Return the texts of a list, of `a,b` or of a variable's `(a|b)`."""
    return [
        choice.strip()
        for text in _listed(value, name)
        for part in text.split(",")
        for choice in choices_of(part.strip())
    ]


def _matchers(fields: Mapping[str, Any]) -> Iterator[Matcher]:
    yield from _matcher(SERVICE_LABEL, _listed(fields.get("service") or None, "service"))
    labels = fields.get("labels")
    if isinstance(labels, Mapping):
        for label, value in labels.items():
            yield from _matcher(str(label), _listed(value, f"labels.{label}") or [""])
    elif isinstance(labels, str):
        yield from matchers_of(labels.strip().removeprefix("{").removesuffix("}"))
    elif labels is not None:
        raise InvalidInputError('payload.labels must be an object or a text such as host="a"')


def _matcher(label: str, given: list[str]) -> Iterator[Matcher]:
    """Yield the filter for one value, or a choice as Grafana writes it, or a list of them."""
    if len(given) == 1:
        yield from matcher_of(label, given[0])
    elif given and ".*" not in given:
        yield Matcher(label, frozenset(choice for text in given for choice in choices_of(text)))


def _listed(value: object, name: str) -> list[str]:
    given = value if isinstance(value, list) else [value]
    if value is None:
        return []
    if not all(isinstance(each, str) for each in given):
        raise InvalidInputError(f"payload.{name} must be a text or a list of texts")
    return given
