"""Request bodies: strict JSON of a limited size and depth, and no text that PostgreSQL cannot store."""

import re
from collections.abc import Iterable, Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from monitoring.errors import InvalidInputError, PayloadTooLargeError

MAX_DEPTH = 20
_CONTAINERS = (dict, list)
# After an even number of backslashes it is a NUL, after an odd one it is text.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class UnreadJsonParser(BaseParser):
    """JSON that the view decodes itself: its bytes, of a limited size."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the bytes. Raises PayloadTooLargeError or UnsupportedMediaType."""
        context = parser_context or {}
        _check_encoding(context.get("request"), media_type or "")
        return _read(stream, context.get("view"))


class StrictJsonParser(UnreadJsonParser):
    """JSON as RFC 8259 has it: UTF-8, finite numbers, no lone surrogates; of duplicate keys the last one wins."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the value. Raises InvalidInputError, PayloadTooLargeError or UnsupportedMediaType."""
        return decode_json(super().parse(stream, media_type, parser_context))


def decode_json(body: bytes) -> Any:
    """Return what the text means, under the rules of StrictJsonParser. Raises InvalidInputError."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInputError(f"Malformed JSON: {error}") from None
    if b"\\u0000" in body and _NUL.search(body):
        raise InvalidInputError("A text holds a NUL character, which cannot be stored")
    _check_depth(value)
    return value


def announce_body(meta: dict[str, Any]) -> None:
    """Make the framework look for a body where it would see none: without a media type.

    That is legal, and `{}` in place of what a client has sent would be a wrong answer.
    """
    if not meta.get("CONTENT_TYPE"):
        meta["CONTENT_TYPE"] = StrictJsonParser.media_type


def _check_encoding(request: Request | None, media_type: str) -> None:
    meta = request.META if request is not None else {}
    if meta.get("HTTP_CONTENT_ENCODING", "identity").lower() not in {"", "identity"}:
        raise UnsupportedMediaType(media_type, "Compressed bodies are not accepted")
    _, _, charset = media_type.lower().partition("charset=")
    if charset.strip(' "') not in {"", "utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaType(media_type, "JSON must be sent as UTF-8")


def _read(stream: IO[bytes], view: object) -> bytes:
    limit: int = getattr(view, "max_body_bytes", None) or settings.MAX_BODY_BYTES
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise PayloadTooLargeError(f"The request body is larger than {limit} bytes")
    return body


def _check_depth(value: object) -> None:
    """Go down level by level, without recursion: the depth is the client's choice."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        level = [
            child for node in level for child in _children(node) if isinstance(child, _CONTAINERS)
        ]
    if level:
        raise InvalidInputError(f"The JSON is nested deeper than {MAX_DEPTH} levels")


def _children(node: Any) -> Iterable[Any]:
    return node.values() if isinstance(node, dict) else node
