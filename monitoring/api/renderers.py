"""Answers: JSON by orjson, which never writes NaN, and plain text for scrapers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z | orjson.OPT_SERIALIZE_NUMPY


def dumps(value: object) -> bytes:
    """Return the value as JSON; NaN and infinities, which JSON does not have, become null."""
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


class JsonRenderer(BaseRenderer):
    """JSON in UTF-8."""

    media_type = "application/json"
    format = "json"
    charset = None  # JSON is UTF-8; the media type has no such parameter

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the body; nothing at all for an answer without one (204)."""
        return b"" if data is None else dumps(data)


class PlainTextRenderer(BaseRenderer):
    """Text that a view has already written, such as the Prometheus exposition."""

    media_type = "text/plain"
    format = "txt"
    charset = "utf-8"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Return the text; an error is a structure and goes out as JSON."""
        return data.encode() if isinstance(data, str) else dumps(data)


def _plain(value: object) -> object:
    if isinstance(
        value, Promise | str
    ):  # lazy translations, and str subclasses such as DRF's ErrorDetail
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
