"""The few facts that an answer tells about a service, made safe to keep and to show; pure."""

from collections.abc import Mapping
from typing import Any

_LONGEST = 64


def facts(**values: Any) -> dict[str, str | int | float]:
    """Return the values that say something, each as a number or a short text."""
    return {key: fact(value) for key, value in values.items() if value not in (None, "")}


def fact(value: Any) -> str | int | float:
    """Keep a number, and of anything else a short text of printable signs: what is probed is not trusted."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 2**63 else str(value)[:_LONGEST]
    if isinstance(value, float):
        return value
    return "".join(sign for sign in str(value)[:_LONGEST] if sign.isprintable())


def chosen(body: Mapping[str, Any], *names: str) -> dict[str, str | int | float]:
    """Return the named facts of a JSON object."""
    return facts(**{name: body.get(name) for name in names})
