"""What Grafana's editors send to learn what there is to choose from; what cannot be understood asks for everything.

Pure: no Django, no clock, no database.
"""

from collections.abc import Mapping
from typing import NamedTuple

from monitoring.errors import InvalidInputError
from monitoring.grafana.payload import fields_of


class OptionQuery(NamedTuple):
    """A field of the form of a metric."""

    name: str
    metric: str


def search_of(body: object) -> str:
    """Return the text typed so far; empty for all."""
    return _text(body, "target")


def variable_of(body: object) -> str:
    """Return what a variable asks for: its query as text, or an object with `target`, or with `label` and `metric`.

    Raises InvalidInputError if its payload is neither.
    """
    payload = body.get("payload") if isinstance(body, Mapping) else None
    if isinstance(payload, str) and not payload.lstrip().startswith("{"):
        return payload
    fields = fields_of(payload)
    label = _text(fields, "label")
    if label:
        return f"label_values({_text(fields, 'metric')},{label})"
    return _text(fields, "target")


def option_query_of(body: object) -> OptionQuery:
    """Return which field's options are asked for. Raises InvalidInputError without a name."""
    name = _text(body, "name")
    if not name:
        raise InvalidInputError("name must be the name of a field")
    return OptionQuery(name, _text(body, "metric"))


def tag_key_of(body: object) -> str:
    """Return the label whose values are asked for. Raises InvalidInputError without one."""
    key = _text(body, "key")
    if not key:
        raise InvalidInputError("key must be the name of a label")
    return key


def _text(body: object, name: str) -> str:
    text = body.get(name) if isinstance(body, Mapping) else None
    return text if isinstance(text, str) else ""
