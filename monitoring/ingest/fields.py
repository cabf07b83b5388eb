"""The fields of one pushed sample: each function takes a JSON value and returns what it means. Pure.

They raise RefusedError with the field and one sentence that says what would be right; the refused value
itself is not repeated, because it may be anything and of any size.
"""

import math
import re
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import TypeVar

from monitoring.storage.instants import from_ms, to_ms
from monitoring.storage.window import Window
from monitoring.types import MetricType, Temporality

MAX_NAME = 255
MAX_LABELS = 32
MAX_LABEL_NAME = 64
MAX_LABEL_VALUE = 256
MAX_VALUE = 1e18
RESERVED_LABELS = frozenset({"__name__", "service_name"})

# What is also said of whole columns of numbers (see `monitoring.ingest.checks`).
NOT_FINITE = "value must be finite"
TOO_LARGE = "value must lie between -1e18 and 1e18"
NEGATIVE = "value must not be negative: a count only grows"
OUTSIDE = (
    "timestamp lies outside the last 24 hours and the next 5 minutes"
    " (a number is milliseconds since 1970)"
)

_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Choice = TypeVar("Choice", bound=StrEnum)

TYPES: Mapping[str, MetricType] = {kind.value: kind for kind in MetricType}
TEMPORALITIES: Mapping[str, Temporality] = {kind.value: kind for kind in Temporality}


class RefusedError(Exception):
    """One field of an item is not acceptable."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def metric_name(value: object) -> str:
    """Return the name of a metric."""
    if not isinstance(value, str) or not value:
        raise RefusedError("metric_name", "metric_name is required and must be text")
    if len(value) > MAX_NAME:
        raise RefusedError("metric_name", f"metric_name has more than {MAX_NAME} characters")
    if not _is_metric_name(value):
        raise RefusedError(
            "metric_name",
            "metric_name takes letters, digits, _ and :, and does not start with a digit",
        )
    return value


def service_name(value: object, default: str | None) -> str:
    """Return the service that sent the sample, the caller's own if the item names none."""
    value = default if value is None else value
    if not isinstance(value, str) or not value:
        raise RefusedError("service_name", "service_name is required and must be text")
    if len(value) > MAX_NAME:
        raise RefusedError("service_name", f"service_name has more than {MAX_NAME} characters")
    if not value.isprintable():
        raise RefusedError("service_name", "service_name has characters that cannot be printed")
    return value


def number(value: object) -> float:
    """Return a finite number of at most 1e18 in size. Text and true or false are not numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RefusedError("value", "value is required and must be a number")
    # Compared before it becomes a float: a whole number of JSON may be longer than any float.
    if isinstance(value, float) and not math.isfinite(value):
        raise RefusedError("value", NOT_FINITE)
    if abs(value) > MAX_VALUE:
        raise RefusedError("value", TOO_LARGE)
    return float(value)


def choice(field: str, value: object, words: Mapping[str, Choice], default: Choice) -> Choice:
    """Return the member that a word stands for, the default if the item does not say."""
    if value is None:
        return default
    member = words.get(value) if isinstance(value, str) else None
    if member is None:
        raise RefusedError(field, f"{field} must be one of {', '.join(words)}")
    return member


def labels(value: object) -> dict[str, str]:
    """Return a flat map of text to text. An empty value is the same as no label, as in Prometheus."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise RefusedError("labels", "labels must be an object of names and texts")
    if len(value) > MAX_LABELS:
        raise RefusedError("labels", f"labels has more than {MAX_LABELS} entries")
    for name, text in value.items():
        _check_label(name, text)
    return {name: text for name, text in value.items() if text}


def timestamp(value: object, window: Window) -> datetime:
    """Return the instant of the sample, that of its receipt if the item does not say.

    Text is ISO 8601 with a zone, a number is milliseconds since the epoch.
    """
    if value is None:
        return window.at
    at_ms = milliseconds(value)
    if not window.holds(at_ms):
        raise RefusedError("timestamp", OUTSIDE)
    return from_ms(at_ms)


# Names repeat from sample to sample, so most are looked up instead of matched. Their length is checked
# first: a cache must not keep what a stranger sends at full size.
@lru_cache(maxsize=4_096)
def _is_metric_name(text: str) -> bool:
    return _METRIC_NAME.fullmatch(text) is not None


@lru_cache(maxsize=4_096)
def _is_label_name(text: str) -> bool:
    return _LABEL_NAME.fullmatch(text) is not None


def _check_label(name: object, text: object) -> None:
    if not isinstance(name, str) or len(name) > MAX_LABEL_NAME or not _is_label_name(name):
        raise RefusedError(
            "labels",
            f"a label name takes at most {MAX_LABEL_NAME} letters, digits and _,"
            " and does not start with a digit",
        )
    if name in RESERVED_LABELS:
        raise RefusedError("labels", f"the label {name} is reserved")
    if not isinstance(text, str):
        raise RefusedError("labels", f"the label {name} must be text")
    if len(text) > MAX_LABEL_VALUE:
        raise RefusedError("labels", f"the label {name} has more than {MAX_LABEL_VALUE} characters")
    # The common case is decided by the cheap test; only odd texts are searched.
    if not text.isprintable() and _UNSTORABLE.search(text):
        raise RefusedError("labels", f"the label {name} has characters that cannot be stored")


def milliseconds(value: object) -> int:
    """Return the milliseconds since the epoch that text or a number means. Raises RefusedError."""
    if isinstance(value, str):
        return _iso_milliseconds(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    raise RefusedError(
        "timestamp", "timestamp must be ISO 8601 text or whole milliseconds since 1970"
    )


def _iso_milliseconds(text: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise RefusedError("timestamp", "timestamp is not an ISO 8601 instant") from None
    if at.tzinfo is None:
        raise RefusedError("timestamp", "timestamp needs its zone, such as Z or +02:00")
    return to_ms(at)
