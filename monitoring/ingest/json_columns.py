"""A pushed JSON array in columns, without an object for each label. Pure.

What is usual is read fast: an array of objects with the fields that we know, each of its right type. For
anything else the answer is None or UnusualError, and the patient parser (`monitoring.ingest.validation`)
decides about the body: this one may never take what that one refuses, nor mean something else by it.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import msgspec
import numpy as np
import orjson
from numpy.typing import NDArray

from monitoring.ingest import fields
from monitoring.ingest.fields import RefusedError
from monitoring.ingest.validation import parse_item
from monitoring.ingest.wire import Wire
from monitoring.storage.instants import to_ms
from monitoring.storage.window import Window
from monitoring.types import Sample

# Escapes of ASCII, which nobody needs but for control characters: among them NUL, which no label may
# hold, and other spellings of the field names.
_ODD_ESCAPE = re.compile(rb"\\u00[0-7]")
_LABELS = b'"labels"'
_FAR_MS = 2**62  # fits int64, and no window of receipt


class UnusualError(Exception):
    """The labels of an item are not what they should be; the patient parser says what is wrong."""


class _Item(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    metric_name: str
    value: float
    service_name: str | None = None
    type: str | None = None
    temporality: str | None = None
    labels: msgspec.Raw = msgspec.Raw()
    timestamp: str | int | float | None = None


class JsonColumns(NamedTuple):
    """The samples of an array, and the services that its items name themselves."""

    wire: Wire
    services: frozenset[str]


_decoder = msgspec.json.Decoder(list[_Item])


def columns_of(body: bytes, *, default_service: str | None, at: datetime) -> JsonColumns | None:
    """Return the samples of an array, None if the patient parser has to look at it.

    The arguments are those of `validation.parse_items`. Keys hold the labels as they were written, so
    another order or spacing is another key of the same series. `describe` may raise UnusualError.
    """
    items = _decode(body)
    if not items or body.count(_LABELS) > len(items):
        return None  # a field that is there twice: only the last one would be looked at
    values = np.array([item.value for item in items], np.float64)
    # Whole numbers this large would be rounded before they are compared with the limit.
    if np.abs(values).max() >= fields.MAX_VALUE:
        return None
    try:
        at_ms = _instants(items, to_ms(at))
    except RefusedError:
        return None
    keys = [
        (
            "json",
            item.metric_name,
            default_service if item.service_name is None else item.service_name,
            item.type,
            item.temporality,
            bytes(item.labels),
        )
        for item in items
    ]
    services = {item.service_name for item in items if item.service_name is not None}
    describe = partial(_describe, items, default_service, Window.around(at))
    return JsonColumns(Wire(keys, at_ms, values, describe), frozenset(services))


def _decode(body: bytes) -> list[_Item] | None:
    if not body.startswith(b"[") or (b"\\u00" in body and _ODD_ESCAPE.search(body)):
        return None
    try:
        if not body.isascii():
            body.decode()  # the labels are not looked at by the decoder
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _instants(items: Sequence[_Item], received_ms: int) -> NDArray[np.int64]:
    """Return the instants in ms since the epoch; equal texts, as in most batches, are read once."""
    texts = [item.timestamp for item in items]
    known = {
        text: received_ms if text is None else _clamped(fields.milliseconds(text))
        for text in set(texts)
    }
    return np.array([known[text] for text in texts], np.int64)


def _clamped(at_ms: int) -> int:
    return max(-_FAR_MS, min(_FAR_MS, at_ms))


def _describe(
    items: Sequence[_Item], default_service: str | None, window: Window, position: int
) -> Sample:
    item = items[position]
    document = {
        "metric_name": item.metric_name,
        "service_name": item.service_name,
        "value": item.value,
        "type": item.type,
        "temporality": item.temporality,
        "labels": _labels(bytes(item.labels)),
        "timestamp": item.timestamp,
    }
    return parse_item(document, default_service=default_service, window=window)


def _labels(text: bytes) -> object:
    """Return the labels if they are flat; what else they hold decides about the whole body."""
    if not text:
        return None
    try:
        labels = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise UnusualError from None
    values = labels.values() if isinstance(labels, dict) else [labels]
    if any(isinstance(value, dict | list) for value in values):
        raise UnusualError
    return labels
