"""Matchers as JSON, as people type them, and back; what mutes too much or cannot be used is refused."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from alerts.routing.matching import Matcher, MatchOp, selects
from monitoring.errors import InvalidInputError

MAX_MATCHERS = 32
MAX_LABEL_NAME = 64
MAX_VALUE = 1_000

_LINE = re.compile(r'\s*"?([^\s"=!~]+)"?\s*(=~|!~|!=|=)\s*(.*?)\s*')
_FIELDS = {"label", "op", "value"}


def from_json(raw: Any) -> list[Matcher]:
    """Return the matchers of a list of `{"label", "op", "value"}`.

    Raises InvalidInputError naming the matcher: for anything else, for a pattern that cannot be used, and for
    matchers that accept every alert there could be.
    """
    if not isinstance(raw, list):
        raise InvalidInputError('matchers must be a list of {"label", "op", "value"}')
    if not 1 <= len(raw) <= MAX_MATCHERS:
        raise InvalidInputError(f"1 to {MAX_MATCHERS} matchers are needed")
    matchers = [_matcher(number, item) for number, item in enumerate(raw, start=1)]
    if not selects(matchers):
        raise InvalidInputError(
            "these matchers mute every alert: at least one must ask for a value, such as severity=warning"
        )
    return matchers


def to_json(matchers: Iterable[Matcher]) -> list[dict[str, str]]:
    """Return the matchers as rows and the API keep them."""
    return [{"label": each.label, "op": each.op.value, "value": each.value} for each in matchers]


def from_text(text: str) -> list[Matcher]:
    """Return the matchers of lines such as `service_name=payment-service` or `rule=~"high_.*"`.

    A value in double quotes is read as JSON is. Raises InvalidInputError naming the line.
    """
    # Not splitlines(): a value may hold one of the rarer characters that end a line.
    lines = [line for line in text.split("\n") if line.strip()]
    return from_json([_from_line(number, line) for number, line in enumerate(lines, start=1)])


def to_text(matchers: Sequence[Matcher]) -> str:
    """Return one line for each matcher, as `from_text` reads them; quotes stand where they are needed."""
    return "\n".join(f"{each.label}{each.op}{_written(each.value)}" for each in matchers)


def _written(value: str) -> str:
    plain = value.isprintable() and value == value.strip() and not value.startswith('"')
    return value if value and plain else json.dumps(value, ensure_ascii=False)


def _from_line(number: int, line: str) -> dict[str, str]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise InvalidInputError(
            f"line {number}: must be a label, one of = != =~ !~, and a value, such as severity=warning"
        )
    label, op, value = found.groups()
    if value.startswith('"'):
        try:
            value = json.loads(value, strict=False)
        except ValueError:
            raise InvalidInputError(
                f"line {number}: the quotes of the value do not match"
            ) from None
    return {"label": label, "op": op, "value": value}


def _matcher(number: int, item: Any) -> Matcher:
    if not isinstance(item, dict) or set(item) != _FIELDS:
        raise InvalidInputError(f"matcher {number}: needs label, op and value, and nothing else")
    label, op, value = (item[name] for name in ("label", "op", "value"))
    _check_text(number, "label", label, MAX_LABEL_NAME)
    _check_text(number, "value", value, MAX_VALUE)
    if not label:
        raise InvalidInputError(f"matcher {number}: the label has no name")
    if op not in list(MatchOp):
        raise InvalidInputError(f"matcher {number}: op must be one of {', '.join(MatchOp)}")
    try:
        return Matcher(label, MatchOp(op), value)
    except InvalidInputError as error:
        raise InvalidInputError(f"matcher {number}: {error.message}") from None


def _check_text(number: int, name: str, value: Any, longest: int) -> None:
    if not isinstance(value, str) or len(value) > longest:
        message = f"matcher {number}: {name} must be a text of at most {longest} characters"
        raise InvalidInputError(message)
    # PostgreSQL cannot keep a NUL or half of a surrogate pair inside JSON.
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise InvalidInputError(f"matcher {number}: {name} holds a character that cannot be stored")
